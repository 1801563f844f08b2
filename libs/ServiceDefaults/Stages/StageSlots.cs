using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Stages;

/// <summary>The jobs that a stage runs at a time. A busy stage refuses callers; only its own start-up work waits.</summary>
/// <param name="capacity">Most jobs at a time, 1 or more.</param>
/// <param name="retryAfter">What a refused caller is told to wait at most.</param>
/// <param name="drain">No job begins once it has begun.</param>
/// <param name="vitals">No job begins once the compute device is lost.</param>
/// <param name="time">Clock; null for the system's.</param>
public sealed class StageSlots(int capacity, TimeSpan retryAfter, Drain drain, Vitals vitals, TimeProvider? time = null)
{
    // A shorter wait than a call takes helps nobody.
    private static readonly TimeSpan LeastRetry = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly HashSet<StageSlot> _taken = [];
    private readonly HashSet<StageSlot> _finishing = [];
    private readonly Queue<TaskCompletionSource<StageSlot>> _waiting = new();

    /// <summary>Most jobs at a time.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>Whether a job would be refused now.</summary>
    public bool IsBusy => Running >= Capacity;

    /// <summary>Jobs that run now; such as only finish do not count.</summary>
    public int Running
    {
        get
        {
            lock (_gate) return _taken.Count;
        }
    }

    private TimeProvider Time { get; } = time ?? TimeProvider.System;

    /// <summary>Takes a slot; disposing it gives it back.</summary>
    /// <exception cref="VideoGrainException">
    /// RESOURCE_EXHAUSTED with RetryInfo when all slots are taken: the time until one is expected to be free, or the most there is where nobody knows; UNAVAILABLE while
    /// shutting down or without a device.
    /// </exception>
    public StageSlot Acquire()
    {
        CheckServes();
        lock (_gate) return TryTake() ?? throw VideoGrainException.Busy($"the stage runs {Capacity} of {Capacity} jobs", RetryAfter());
    }

    /// <summary>Takes a slot as soon as one is free, before callers that come later; disposing it gives it back.</summary>
    /// <exception cref="VideoGrainException">UNAVAILABLE while shutting down or without a device.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task<StageSlot> AcquireWhenFreeAsync(CancellationToken cancellationToken)
    {
        CheckServes();
        var turn = new TaskCompletionSource<StageSlot>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (TryTake() is { } slot) return slot;
            _waiting.Enqueue(turn);
        }

        await using var stop = cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken));
        return await turn.Task;
    }

    /// <summary>A job will leave its slot in some time.</summary>
    internal void Expect(StageSlot slot, TimeSpan remaining)
    {
        lock (_gate) slot.FreeAt = Time.GetUtcNow() + remaining;
    }

    /// <summary>A job leaves its slot to the next one, unless as many as there are slots do so already: what they hold has to be bounded.</summary>
    internal void Finish(StageSlot slot)
    {
        lock (_gate)
        {
            if (_finishing.Count >= Capacity || !_taken.Remove(slot)) return;
            _finishing.Add(slot);
            PassOn();
        }
    }

    /// <summary>A job has ended.</summary>
    internal void Release(StageSlot slot)
    {
        lock (_gate)
        {
            _finishing.Remove(slot);
            if (_taken.Remove(slot)) PassOn();
        }
    }

    private void CheckServes()
    {
        if (drain.IsDraining) throw StageErrors.Draining();
        if (vitals.Problem is { } problem) throw StageErrors.DeviceLost(problem);
    }

    private StageSlot? TryTake()
    {
        if (_taken.Count >= Capacity) return null;
        var slot = new StageSlot(this);
        _taken.Add(slot);
        return slot;
    }

    // To whoever waits, within the lock, so that a slot never looks free in between.
    private void PassOn()
    {
        while (_waiting.TryDequeue(out var turn))
        {
            var slot = new StageSlot(this);
            _taken.Add(slot);
            if (turn.TrySetResult(slot)) return;
            _taken.Remove(slot);
        }
    }

    // An expectation that has passed is worth nothing.
    private TimeSpan RetryAfter()
    {
        var now = Time.GetUtcNow();
        var expected = _taken.Where(slot => slot.FreeAt > now).Select(slot => slot.FreeAt - now).DefaultIfEmpty(retryAfter).Min();
        return expected < LeastRetry && LeastRetry < retryAfter ? LeastRetry : expected < retryAfter ? expected : retryAfter;
    }
}
