namespace VideoGrain.Orchestrator.Persistence;

/// <summary>A change that waits to be committed together with others.</summary>
internal abstract class PendingWrite
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int Withdrawn = 2;
    private int _state;

    /// <summary>Whether somebody commits it, or has done so.</summary>
    public bool IsTaken => Volatile.Read(ref _state) == Taken;

    /// <summary>Takes the change to commit it. False when its caller has gone.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

    /// <summary>Takes the change back. False when somebody is committing it.</summary>
    public bool TryWithdraw() => Interlocked.CompareExchange(ref _state, Withdrawn, Waiting) == Waiting;

    /// <summary>Makes the change in an open transaction; remembers what it returned or threw.</summary>
    /// <returns>Whether the change may be kept.</returns>
    public abstract Task<bool> RunAsync(JobsDbContext context);

    /// <summary>Tells the caller what came of the change, now that the transaction is on disk.</summary>
    public abstract void Complete();

    /// <summary>Tells the caller that nothing was committed.</summary>
    public abstract void Fail(Exception exception);
}
