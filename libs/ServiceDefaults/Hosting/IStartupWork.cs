namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>Work to be done before a service is ready.</summary>
public interface IStartupWork
{
    /// <summary>Does the work. An exception leaves the service running but not ready, with the message in its health.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
