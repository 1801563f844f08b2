namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>Whether the process can still do its work. A process that lost its compute device cannot, and says so until it is restarted.</summary>
public sealed class Vitals
{
    private readonly TaskCompletionSource<string> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What only a restart cures; null while there is nothing.</summary>
    public string? Problem => _failed.Task.IsCompleted ? _failed.Task.Result : null;

    /// <summary>Ends with the problem as soon as only a restart helps.</summary>
    public Task<string> Failed => _failed.Task;

    /// <summary>Says that only a restart helps; the first problem stays.</summary>
    /// <param name="problem">What happened.</param>
    public void Fail(string problem)
    {
        ArgumentException.ThrowIfNullOrEmpty(problem);
        _failed.TrySetResult(problem);
    }
}
