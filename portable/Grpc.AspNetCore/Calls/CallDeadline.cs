namespace Grpc.AspNetCore.Server.Calls;

/// <summary>Fires once when a call's time is up; timeouts longer than a timer can run are waited for in stages.</summary>
internal sealed class CallDeadline : IAsyncDisposable
{
    // The protocol allows more; the original and gRPC's core cut at this many seconds, too.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(99_999_999);
    private static readonly TimeSpan LongestStage = TimeSpan.FromDays(1);

    private readonly Func<Task> _expired;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private Task? _expiry;
    private bool _stopped;

    public CallDeadline(TimeSpan timeout, Func<Task> expired)
    {
        _expired = expired;
        Deadline = TimeProvider.System.GetUtcNow().UtcDateTime + (timeout < Longest ? timeout : Longest);
        using (ExecutionContext.SuppressFlow())
            _timer = TimeProvider.System.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Arm(timeout);
    }

    public DateTime Deadline { get; }

    /// <summary>Stops the clock.</summary>
    /// <returns>True when the deadline had passed before; its consequences are then complete.</returns>
    public async ValueTask<bool> StopAsync()
    {
        lock (_gate)
        {
            _stopped = true;
        }

        if (_expiry is null)
            return false;
        await _expiry.ConfigureAwait(false);
        return true;
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Arm(TimeSpan remaining)
    {
        var stage = remaining < LongestStage ? remaining : LongestStage;
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(stage.TotalMilliseconds, 0))), Timeout.InfiniteTimeSpan);
    }

    private void Tick()
    {
        var remaining = Deadline - TimeProvider.System.GetUtcNow().UtcDateTime;
        lock (_gate)
        {
            if (_stopped)
                return;
            if (remaining > TimeSpan.Zero)
                Arm(remaining);
            else
                _expiry ??= Task.Run(_expired);
        }
    }
}
