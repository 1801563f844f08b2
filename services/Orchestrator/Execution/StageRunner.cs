using Grpc.Core;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Stages;
using VideoGrain.Orchestrator.Telemetry;
using VideoGrain.Orchestrator.Tensors;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>Runs a stage's calls for a job: again where that can help, within the times of the configuration.</summary>
internal sealed class StageRunner(
    StagePipelines pipelines, IArtifactStore store, OrchestratorInstruments instruments, IOptions<StageOptions> options, TimeProvider time)
{
    /// <summary>Runs a stage until it succeeds or its retries are spent.</summary>
    /// <param name="job">The job.</param>
    /// <param name="state">The job's state, for events and metrics.</param>
    /// <param name="breaker">The circuit breaker's name.</param>
    /// <param name="resumedSteps">Steps that the next attempt need not compute.</param>
    /// <param name="attempt">One attempt; tells its budget when something moved.</param>
    public async Task RunAsync(JobContext job, JobState state, string breaker, Func<int> resumedSteps, Func<RetryBudget, CancellationToken, Task> attempt)
    {
        var budget = pipelines.NewBudget();
        var pipeline = pipelines.Build(breaker, budget, error => job.RetryAsync(state, error, budget.Retries, resumedSteps()));
        await pipeline.ExecuteAsync(
            async token =>
            {
                var started = time.GetTimestamp();
                try
                {
                    await attempt(budget, token);
                }
                finally
                {
                    instruments.StageHeld(job.Job.Caller, state, time.GetElapsedTime(started));
                }
            },
            job.Stop);
    }

    /// <summary>Makes one call.</summary>
    public Task CallAsync<TRequest, TResponse>(
        JobContext job,
        Func<CancellationToken, AsyncDuplexStreamingCall<TRequest, TResponse>> open,
        Func<IClientStreamWriter<TRequest>, CancellationToken, Task> send,
        Func<TResponse, CancellationToken, Task> receive,
        CancellationToken stop)
    {
        job.Held.ThrowIfCancellationRequested();
        return StageCall.RunAsync(open, send, receive, options.Value.StepTimeout, time, stop);
    }

    /// <summary>Asks a stage by one message; see <see cref="StageCall.AskAsync"/>.</summary>
    public Task<TResponse?> AskAsync<TRequest, TResponse>(
        JobContext job, Func<CancellationToken, AsyncDuplexStreamingCall<TRequest, TResponse>> open, TRequest request, CancellationToken stop)
        where TResponse : class
    {
        job.Held.ThrowIfCancellationRequested();
        return StageCall.AskAsync(open, request, options.Value.StepTimeout, time, stop);
    }

    /// <summary>Options of a call: its deadline and its cancellation.</summary>
    public CallOptions CallOptions(CancellationToken cancellationToken) =>
        new(deadline: time.GetUtcNow().UtcDateTime + options.Value.CallTimeout, cancellationToken: cancellationToken);

    /// <summary>Sends a stored tensor.</summary>
    public async Task SendAsync(JobState stage, StoredTensor tensor, Func<TensorChunk, Task> write, CancellationToken cancellationToken)
    {
        await foreach (var chunk in tensor.ReadAsync(store, cancellationToken))
        {
            await write(chunk);
            instruments.Streamed(stage, sent: true, chunk.Data.Length);
        }
    }

    /// <summary>Fails the call when the stage ended it well without sending what it was asked for.</summary>
    /// <exception cref="VideoGrainException">INTERNAL: the artifact is not there.</exception>
    public static void Require(JobContext job, params IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (!job.Has(name))
                throw new VideoGrainException(StatusCode.Internal, IncomingTensor.ProtocolError, $"the stage ended without sending '{name}'");
        }
    }
}
