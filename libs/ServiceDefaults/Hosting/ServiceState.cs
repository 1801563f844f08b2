namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>What a service is doing as a whole.</summary>
public enum ServiceState
{
    /// <summary>The startup work is not done yet.</summary>
    Starting,

    /// <summary>The startup work ended with an error: the service lives but takes no work.</summary>
    Failed,

    /// <summary>The service takes work.</summary>
    Ready,

    /// <summary>The service shuts down.</summary>
    Draining,

    /// <summary>Only a restart helps.</summary>
    Dead,
}
