using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Stages;

/// <summary>The jobs that a stage runs at a time. A busy stage refuses; it never queues.</summary>
/// <param name="capacity">Most jobs at a time, 1 or more.</param>
/// <param name="retryAfter">What a refused caller is told to wait.</param>
/// <param name="drain">No job begins once it has begun.</param>
/// <param name="vitals">No job begins once the compute device is lost.</param>
public sealed class StageSlots(int capacity, TimeSpan retryAfter, Drain drain, Vitals vitals)
{
    private int _inUse;

    /// <summary>Most jobs at a time.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>Whether a job would be refused now.</summary>
    public bool IsBusy => Volatile.Read(ref _inUse) >= Capacity;

    /// <summary>Jobs that run now.</summary>
    public int Running => Math.Min(Volatile.Read(ref _inUse), Capacity);

    /// <summary>Takes a slot; disposing the lease gives it back.</summary>
    /// <exception cref="VideoGrainException">RESOURCE_EXHAUSTED with RetryInfo when all slots are taken, UNAVAILABLE while shutting down or without a device.</exception>
    public IDisposable Acquire()
    {
        if (drain.IsDraining) throw StageErrors.Draining();
        if (vitals.Problem is { } problem) throw StageErrors.DeviceLost(problem);
        if (Interlocked.Increment(ref _inUse) <= Capacity) return new Lease(this);
        Interlocked.Decrement(ref _inUse);
        throw VideoGrainException.Busy($"the stage runs {Capacity} of {Capacity} jobs", retryAfter);
    }

    private sealed class Lease(StageSlots slots) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0) Interlocked.Decrement(ref slots._inUse);
        }
    }
}
