namespace VideoGrain.ServiceDefaults.Stages;

/// <summary>Whose turn it is to use the stage's engine: one job's at a time, where one finishes while the next begins.</summary>
public sealed class EngineTurn : IDisposable
{
    private readonly SemaphoreSlim _free = new(1);

    /// <summary>Waits for the engine; disposing the result passes it on. Blocks: for computing threads.</summary>
    /// <exception cref="OperationCanceledException">The wait was given up.</exception>
    public IDisposable Take(CancellationToken cancellationToken)
    {
        _free.Wait(cancellationToken);
        return new Turn(_free);
    }

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();

    private sealed class Turn(SemaphoreSlim free) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0) free.Release();
        }
    }
}
