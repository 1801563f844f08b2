using System.Collections.Concurrent;
using Grpc.Core;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Tests.Fakes;

/// <summary>What the fake stages do besides their arithmetic, and what they saw.</summary>
internal sealed class StageScript
{
    private readonly ConcurrentQueue<(string Stage, Func<RpcException> Error)> _refusals = new();

    /// <summary>Called before every step of a stage with the stage's name, the steps done, and the call; may wait, throw or break the connection.</summary>
    public Func<string, int, ServerCallContext, Task> BeforeStep { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>Checks a header as a stage does before it accepts; may throw.</summary>
    public Action<string, object> OnHeader { get; set; } = (_, _) => { };

    /// <summary>Steps computed, per stage, by their number.</summary>
    public ConcurrentQueue<(string Stage, string JobId, int Step)> Computed { get; } = new();

    /// <summary>Calls that got past their header, per stage, with the steps that they resumed from.</summary>
    public ConcurrentQueue<(string Stage, string JobId, int ResumedFrom)> Calls { get; } = new();

    /// <summary>Calls that ended because the caller went away.</summary>
    public ConcurrentQueue<(string Stage, int Step)> Abandoned { get; } = new();

    /// <summary>Changes a checkpoint chunk on its way out.</summary>
    public Func<TensorChunk, TensorChunk> OnCheckpoint { get; set; } = chunk => chunk;

    /// <summary>How long steps take, as the stages tell; null when they do not.</summary>
    public TimeSpan? StepDuration { get; set; }

    /// <summary>Jobs that the stage says it can run.</summary>
    public uint Capacity { get; set; } = 1;

    /// <summary>What the inversion says it still needs; null says nothing.</summary>
    public TimeSpan? Remaining { get; set; }

    /// <summary>Digest that the fake model has; empty while the stage has not loaded it.</summary>
    public string ModelDigest { get; set; } = "digest-of-the-fake-model";

    /// <summary>Digest that the fake estimators of masks, control maps and flow have; empty while it is not known.</summary>
    public string PerceptionDigest { get; set; } = "digest-of-the-fake-estimators";

    public int StepsOf(string stage) => Computed.Count(step => step.Stage == stage);

    /// <summary>Refuses the next call of a stage.</summary>
    public void RefuseNext(string stage, Func<RpcException> error) => _refusals.Enqueue((stage, error));

    internal void Enter(string stage)
    {
        if (_refusals.TryPeek(out var next) && next.Stage == stage && _refusals.TryDequeue(out next))
            throw next.Error();
    }

    internal async Task StepAsync(string stage, string jobId, int step, ServerCallContext context)
    {
        try
        {
            await BeforeStep(stage, step, context);
            context.CancellationToken.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException)
        {
            Abandoned.Enqueue((stage, step));
            throw;
        }

        Computed.Enqueue((stage, jobId, step));
    }
}
