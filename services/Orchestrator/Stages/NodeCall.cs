using Grpc.Core;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>A call on an address; tells the address once how it ended.</summary>
internal sealed class NodeCall(StagePool pool, StageNode node, bool takesSlot, TimeSpan patience, TimeProvider time)
{
    private long? _waitingSince;
    private bool _heard;
    private int _ended;

    /// <summary>The caller waits for the address.</summary>
    public void Waits() => _waitingSince = time.GetTimestamp();

    /// <summary>The address answered.</summary>
    public void Heard()
    {
        _waitingSince = null;
        if (_heard)
            return;

        _heard = true;
        node.Heard();
    }

    /// <summary>The call ended well, or with an error that is not the address's.</summary>
    public void Succeeded() => End(NodeOutcome.Answered, null);

    /// <summary>The call ended with an error.</summary>
    public void Failed(Exception exception)
    {
        if (exception is not RpcException rpc)
        {
            // The caller's own cancellation, or what it did wrong.
            return;
        }

        var error = StagePipelines.Translate(rpc);
        var outcome = error switch
        {
            { Code: StatusCode.Cancelled } => NodeOutcome.Unknown,
            { Reason: ErrorReasons.StageBusy or ErrorReasons.GpuOutOfMemory } => NodeOutcome.Busy,
            { Reason: ErrorReasons.StageDraining } => NodeOutcome.Draining,
            { Code: StatusCode.Unavailable } => NodeOutcome.Failed,
            _ => NodeOutcome.Answered,
        };
        if (outcome != NodeOutcome.Unknown)
            End(outcome, error.RetryAfter);
    }

    /// <summary>The caller lets go of the call. Whoever was silent for longer than a step may take counts as failed.</summary>
    public void Dropped() =>
        End(_waitingSince is { } since && time.GetElapsedTime(since) >= patience ? NodeOutcome.Failed : NodeOutcome.Unknown, null);

    private void End(NodeOutcome outcome, TimeSpan? retryAfter)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;

        node.End(takesSlot, outcome, retryAfter);
        if (outcome is NodeOutcome.Failed or NodeOutcome.Draining)
            pool.LookUpSoon();
    }
}
