namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>Whether the process can still do its work. A process that lost its compute device cannot, and says so until it is restarted.</summary>
public sealed class Vitals
{
    private volatile string? _problem;

    /// <summary>What only a restart cures; null while there is nothing.</summary>
    public string? Problem => _problem;

    /// <summary>Says that only a restart helps; the first problem stays.</summary>
    /// <param name="problem">What happened.</param>
    public void Fail(string problem)
    {
        ArgumentException.ThrowIfNullOrEmpty(problem);
        _problem ??= problem;
    }
}
