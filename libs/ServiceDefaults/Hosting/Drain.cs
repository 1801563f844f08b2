namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>
/// Tells running work that the service is to shut down: no new jobs; running ones finish their step, hand out what lets them go on
/// elsewhere, and end with STAGE_DRAINING.
/// </summary>
public sealed class Drain : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    /// <summary>Whether the service is shutting down.</summary>
    public bool IsDraining => _source.IsCancellationRequested;

    /// <summary>Cancelled when the service begins to shut down.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    internal void Begin() => _source.Cancel();
}
