namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>Whether a service has done its startup work.</summary>
public sealed class Readiness
{
    private volatile string? _problem = "starting";
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether all startup work is done.</summary>
    public bool IsStarted => _problem is null;

    /// <summary>Whether the startup work ended with an error.</summary>
    public bool HasFailed => _started.Task.IsFaulted;

    /// <summary>Why the service has not started; null when it has.</summary>
    public string? Problem => _problem;

    /// <summary>Ends when the startup work is done; fails with its error.</summary>
    public Task Started => _started.Task;

    internal void SetStarted()
    {
        _problem = null;
        _started.TrySetResult();
    }

    internal void SetFailed(Exception exception)
    {
        _problem = exception.Message;
        _started.TrySetException(exception);
        _ = _started.Task.Exception;
    }
}
