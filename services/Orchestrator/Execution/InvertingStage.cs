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
    private const string AttentionCacheKind = "attention";
    private const string MediaType = "application/octet-stream";
    private const string Breaker = "inversion";
    private static readonly string[] Latents = [WorkingNames.SourceLatents, WorkingNames.SourceMean, WorkingNames.Trajectory];
    private static readonly string[] Attention = [WorkingNames.SelfAttention, WorkingNames.CrossAttention];

    /// <summary>Runs the stage.</summary>
    public async Task RunAsync(JobContext job)
    {
        // Latents that the edit builds on are checked before it does, while they can still be computed again.
        if (await cache.AreSoundAsync(job, Wanted(job)))
            return;

        var key = await KeyAsync(job);
        if (await TryTakeAsync(job, key))
            return;

        var resumedSteps = 0;
        var interval = new CheckpointInterval(worker.Value);
        await runner.RunAsync(job, JobState.Inverting, Breaker, () => resumedSteps, async (budget, stop) =>
        {
            var log = new InversionLog(job, store, instruments, interval, time);
            await log.LoadAsync();
            if (log.StepsDone > 0)
                instruments.Resumed(JobState.Inverting);

            try
            {
                await InvertAsync(job, log, interval, budget, stop);
            }
            finally
            {
                // Whatever stopped the call, what it brought is kept.
                await log.FlushAsync();
                resumedSteps = log.StepsDone;
            }

            await log.CompleteAsync();
            StageRunner.Require(job, Wanted(job));
        });

        // A stage that had not loaded its model yet knows the model's digest now.
        key ??= await KeyAsync(job);
        await cache.KeepAsync(job, CacheKind, key, Latents);
        if (key is not null && job.Needs.Attention)
            await cache.KeepAsync(job, AttentionCacheKind, InversionKey.OfAttention(key, job), Wanted(job));
    }

    private static string[] Wanted(JobContext job) => job.Needs.Attention ? [.. Latents, .. Attention] : Latents;

    private async Task InvertAsync(JobContext job, InversionLog log, CheckpointInterval interval, RetryBudget budget, CancellationToken stop)
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
            ReturnAttention = job.Needs.Attention,
            AttentionSteps = job.Needs.Attention ? (uint)job.Needs.Steps(job.Timeline.Inversion.Count) : 0,
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
                        if (message.Progress.StepDuration is { } step)
                            interval.StepTook(step.ToTimeSpan());

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
        if (log.Records is [.., var last])
        {
            var header = last.Header;
            inputs.Add(job.Needs.Attention
                ? new StoredTensor("source_trajectory", header.ElementType, [log.Records.Count, .. header.Shape], [.. log.Records.Select(record => record.Data)])
                : new StoredTensor("checkpoint", header.ElementType, header.Shape, [last.Data]));
        }

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
            "self_attention" => WorkingNames.SelfAttention,
            "cross_attention" => WorkingNames.CrossAttention,
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

    private async Task<bool> TryTakeAsync(JobContext job, string? key)
    {
        if (key is null || !job.Needs.Attention)
            return await cache.TryTakeAsync(job, CacheKind, key, Latents, isWhole: true);

        // Latents alone are of use as well: the attention is computed from them.
        if (await cache.TryTakeAsync(job, AttentionCacheKind, InversionKey.OfAttention(key, job), Wanted(job), isWhole: true))
            return true;
        if (!Latents.All(job.Has))
            await cache.TryTakeAsync(job, CacheKind, key, Latents, isWhole: false);

        return false;
    }

    [LoggerMessage(LogLevel.Warning, "job {JobId}: the inversion service does not say what it would use ({Code}); the cache is not asked")]
    private static partial void CacheKeyUnknown(ILogger logger, string jobId, StatusCode code);
}
