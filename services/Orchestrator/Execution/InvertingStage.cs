using Grpc.Core;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Stages;
using VideoGrain.Orchestrator.Telemetry;
using VideoGrain.Orchestrator.Tensors;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>Inverts the clip, or takes the inversion of an earlier job on the same clip; goes on where an earlier attempt stopped.</summary>
internal sealed partial class InvertingStage(
    StageChannels channels,
    StageRunner runner,
    IArtifactStore store,
    StageCache cache,
    OrchestratorInstruments instruments,
    IOptions<WorkerOptions> worker,
    IOptions<StageOptions> stages,
    IOptions<LimitsOptions> limits,
    TimeProvider time,
    ILogger<InvertingStage> logger)
{
    private const string CacheKind = "inversion";
    private const string MediaType = "application/octet-stream";
    private const string Breaker = "inversion";
    private static readonly string[] Results = [WorkingNames.SourceLatents, WorkingNames.SourceMean, WorkingNames.Trajectory];

    /// <summary>Runs the stage.</summary>
    public async Task RunAsync(JobContext job)
    {
        // Latents that the edit builds on are checked before it does, while they can still be computed again.
        if (await cache.AreSoundAsync(job, Results))
            return;

        var key = await KeyAsync(job);
        if (await cache.TryTakeAsync(job, CacheKind, key, Results, isWhole: true))
            return;

        var resumedSteps = 0;
        await runner.RunAsync(job, JobState.Inverting, Breaker, () => resumedSteps, async (budget, stop) =>
        {
            var log = new InversionLog(job, store, instruments, worker.Value.CheckpointEvery, time);
            await log.LoadAsync();
            if (log.StepsDone > 0)
                instruments.Resumed(JobState.Inverting);

            try
            {
                await InvertAsync(job, log, budget, stop);
            }
            finally
            {
                // Whatever stopped the call, what it brought is kept.
                await log.FlushAsync();
                resumedSteps = log.StepsDone;
            }

            await log.CompleteAsync();
        });

        // A stage that had not loaded its model yet knows the model's digest now.
        key ??= await KeyAsync(job);
        await cache.KeepAsync(job, CacheKind, key, Results);
    }

    private async Task InvertAsync(JobContext job, InversionLog log, RetryBudget budget, CancellationToken stop)
    {
        var header = new InvertHeader
        {
            JobId = job.Job.Id,
            Model = job.Specification.Model,
            Geometry = job.Geometry,
            SourcePrompt = job.Specification.SourcePrompt,
            Options = job.Specification.Options,
            Control = job.Control,
            Latents = LatentSelection.All,
            ResumeStepsDone = (uint)log.StepsDone,
        };
        await using var sink = new TensorSink(store, limits.Value.MaxDecodedBytes);
        var steps = new StepAssembler(limits.Value.MaxDecodedBytes);
        await runner.CallAsync(
            job,
            token => channels.Inversion.Invert(runner.CallOptions(token)),
            async (stream, token) =>
            {
                await stream.WriteAsync(new InvertRequest { Header = header }, token);
                foreach (var tensor in await InputsAsync(job, log, token))
                    await runner.SendAsync(JobState.Inverting, tensor, chunk => stream.WriteAsync(new InvertRequest { Tensor = chunk }, token), token);
            },
            async (message, token) =>
            {
                switch (message.PayloadCase)
                {
                    case InvertResponse.PayloadOneofCase.Progress:
                        await job.ReportAsync(message.Progress);
                        break;
                    case InvertResponse.PayloadOneofCase.Latents:
                        instruments.Streamed(JobState.Inverting, sent: false, message.Latents.Chunk?.Data.Length ?? 0);
                        if (steps.Accept(message.Latents) is { } latents)
                        {
                            budget.Progressed();
                            await log.AppendAsync(latents);
                        }

                        break;
                    case InvertResponse.PayloadOneofCase.Tensor:
                        await KeepAsync(job, sink, message.Tensor, token);
                        break;
                }
            },
            stop);
    }

    private async Task<List<StoredTensor>> InputsAsync(JobContext job, InversionLog log, CancellationToken cancellationToken)
    {
        List<StoredTensor> inputs = [await OpenAsync("frames", WorkingNames.Frames)];
        if (log.Last is { } last)
            inputs.Add(new StoredTensor("checkpoint", last.Header.ElementType, last.Header.Shape, [last.Data]));
        if (job.Control is not null)
            inputs.Add(await OpenAsync("control", WorkingNames.Control));
        if (job.NeedsFlow)
            inputs.Add(await OpenAsync("flow", WorkingNames.Flow));

        return inputs;

        Task<StoredTensor> OpenAsync(string name, string artifact) => StoredTensor.OpenAsync(store, name, job.Get(artifact).Digest, cancellationToken);
    }

    private async Task KeepAsync(JobContext job, TensorSink sink, TensorChunk chunk, CancellationToken cancellationToken)
    {
        instruments.Streamed(JobState.Inverting, sent: false, chunk.Data.Length);
        var name = chunk.Name switch
        {
            "source_latents" => WorkingNames.SourceLatents,
            "source_mean" => WorkingNames.SourceMean,
            _ => null,
        };
        if (name is null || await sink.AcceptAsync(chunk, cancellationToken) is not { } writer)
            return;

        await using (writer)
            await job.RecordAsync(writer, name, JobArtifactKind.Working, MediaType);
    }

    private async Task<string?> KeyAsync(JobContext job)
    {
        try
        {
            var options = new CallOptions(deadline: time.GetUtcNow().UtcDateTime + stages.Value.CapabilitiesTimeout, cancellationToken: job.Stop);
            return InversionKey.Of(job, await channels.Inversion.GetCapabilitiesAsync(new InversionServiceGetCapabilitiesRequest(), options));
        }
        catch (RpcException exception) when (!job.Stop.IsCancellationRequested)
        {
            CacheKeyUnknown(logger, job.Job.Id, exception.StatusCode);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "job {JobId}: the inversion service does not say what it would use ({Code}); the cache is not asked")]
    private static partial void CacheKeyUnknown(ILogger logger, string jobId, StatusCode code);
}
