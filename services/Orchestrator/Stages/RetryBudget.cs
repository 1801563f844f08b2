using Grpc.Core;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>
/// How often a stage's call may be made again. Failures count only as long as nothing moves: a call that came further resets them. Waiting for
/// a busy stage is no failure and is bounded in time instead.
/// </summary>
internal sealed class RetryBudget(int maxFailures, TimeSpan maxBusy, TimeProvider time)
{
    private long? _busySince;

    /// <summary>Failures in a row without progress.</summary>
    public int Failures { get; private set; }

    /// <summary>Calls made again in all.</summary>
    public int Retries { get; private set; }

    /// <summary>The stage came further.</summary>
    public void Progressed()
    {
        Failures = 0;
        _busySince = null;
    }

    /// <summary>Takes one retry for an error. False when the budget is spent.</summary>
    public bool TryTake(VideoGrainException error)
    {
        if (IsBusy(error))
        {
            _busySince ??= time.GetTimestamp();
            if (time.GetElapsedTime(_busySince.Value) > maxBusy)
                return false;
        }
        else if (++Failures > maxFailures)
        {
            return false;
        }

        Retries++;
        return true;
    }

    private static bool IsBusy(VideoGrainException error) =>
        error is { Code: StatusCode.ResourceExhausted, Reason: ErrorReasons.StageBusy } or { Reason: ErrorReasons.StageDraining };
}
