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

/// <summary>Gets what inversion and denoising need besides the clip: masks of the regions, control maps, optical flow.</summary>
internal sealed class PreparingStage(
    StageChannels channels, StageRunner runner, IArtifactStore store, OrchestratorInstruments instruments, IOptions<LimitsOptions> limits)
{
    private const string MediaType = "application/octet-stream";
    private const int FlowBytesPerPixel = 8;

    /// <summary>Runs the stage; what an earlier worker already got is not asked for again.</summary>
    public async Task RunAsync(JobContext job)
    {
        if (job.Specification.Regions.Count > 0 && !job.Has(WorkingNames.Masks))
            await runner.RunAsync(job, JobState.Preparing, "segmentation", () => 0, (budget, stop) => SegmentAsync(job, budget, stop));
        if (job.Control is not null && !job.Has(WorkingNames.Control))
            await runner.RunAsync(job, JobState.Preparing, "segmentation", () => 0, (budget, stop) => EstimateControlAsync(job, budget, stop));
        if (job.NeedsFlow && !job.Has(WorkingNames.Flow))
            await runner.RunAsync(job, JobState.Preparing, "segmentation", () => 0, (budget, stop) => EstimateFlowAsync(job, budget, stop));
    }

    private async Task SegmentAsync(JobContext job, RetryBudget budget, CancellationToken stop)
    {
        var header = new SegmentVideoHeader { JobId = job.Job.Id, Geometry = job.Geometry };
        header.Regions.Add(job.Specification.Regions.Select(region => new SegmentRegion { Id = region.Id, Source = region.Source }));
        await using var sink = new TensorSink(store, limits.Value.MaxDecodedBytes);
        IReadOnlyList<string> warnings = [];
        await runner.CallAsync(
            job,
            token => channels.Segmentation.SegmentVideo(runner.CallOptions(token)),
            async (stream, token) =>
            {
                await stream.WriteAsync(new SegmentVideoRequest { Header = header }, token);
                if (job.Specification.Regions.Any(region => NeedsModel(region.Source)))
                    await SendAsync("frames", WorkingNames.Frames);

                foreach (var region in job.Specification.Regions.Where(region => region.Source.Mask is not null))
                    await SendAsync("masks/" + region.Id, WorkingNames.Mask(region.Source.Mask.Name));

                async Task SendAsync(string name, string artifact)
                {
                    var tensor = await StoredTensor.OpenAsync(store, name, job.Get(artifact).Digest, token);
                    await runner.SendAsync(JobState.Preparing, tensor, chunk => stream.WriteAsync(new SegmentVideoRequest { Tensor = chunk }, token), token);
                }
            },
            async (message, token) =>
            {
                budget.Progressed();
                switch (message.PayloadCase)
                {
                    case SegmentVideoResponse.PayloadOneofCase.Progress:
                        await job.ReportAsync(message.Progress);
                        break;
                    case SegmentVideoResponse.PayloadOneofCase.Tensor:
                        await KeepAsync(job, sink, message.Tensor, "masks", WorkingNames.Masks, token);
                        break;
                    case SegmentVideoResponse.PayloadOneofCase.Summary:
                        warnings = [.. message.Summary.Regions.SelectMany(region => region.Warnings.Select(warning => $"Region '{region.RegionId}': {warning}"))];
                        break;
                }
            },
            stop);
        StageRunner.Require(job, WorkingNames.Masks);
        await job.WarnAsync(warnings);
    }

    private async Task EstimateControlAsync(JobContext job, RetryBudget budget, CancellationToken stop)
    {
        var header = new EstimateControlHeader
        {
            JobId = job.Job.Id,
            Type = job.Control!.Type,
            Model = job.Specification.Control.Model,
            Geometry = job.Geometry,
        };
        await using var sink = new TensorSink(store, job.Job.Clip.ClipBytes);
        await runner.CallAsync(
            job,
            token => channels.Segmentation.EstimateControl(runner.CallOptions(token)),
            (stream, token) => SendFramesAsync(job, stream, new EstimateControlRequest { Header = header }, chunk => new EstimateControlRequest { Tensor = chunk }, token),
            async (message, token) =>
            {
                budget.Progressed();
                if (message.PayloadCase == EstimateControlResponse.PayloadOneofCase.Progress)
                    await job.ReportAsync(message.Progress);
                else if (message.PayloadCase == EstimateControlResponse.PayloadOneofCase.Tensor)
                    await KeepAsync(job, sink, message.Tensor, "control", WorkingNames.Control, token);
            },
            stop);
        StageRunner.Require(job, WorkingNames.Control);
    }

    private async Task EstimateFlowAsync(JobContext job, RetryBudget budget, CancellationToken stop)
    {
        var clip = job.Job.Clip;
        await using var sink = new TensorSink(store, (long)clip.Frames * clip.Height * clip.Width * FlowBytesPerPixel);
        await runner.CallAsync(
            job,
            token => channels.Segmentation.EstimateFlow(runner.CallOptions(token)),
            (stream, token) => SendFramesAsync(
                job, stream, new EstimateFlowRequest { Header = new EstimateFlowHeader { JobId = job.Job.Id, Geometry = job.Geometry } },
                chunk => new EstimateFlowRequest { Tensor = chunk }, token),
            async (message, token) =>
            {
                budget.Progressed();
                if (message.PayloadCase == EstimateFlowResponse.PayloadOneofCase.Progress)
                    await job.ReportAsync(message.Progress);
                else if (message.PayloadCase == EstimateFlowResponse.PayloadOneofCase.Tensor)
                    await KeepAsync(job, sink, message.Tensor, "flow", WorkingNames.Flow, token);
            },
            stop);
        StageRunner.Require(job, WorkingNames.Flow);
    }

    private async Task SendFramesAsync<T>(JobContext job, IClientStreamWriter<T> stream, T header, Func<TensorChunk, T> wrap, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(header, cancellationToken);
        var frames = await StoredTensor.OpenAsync(store, "frames", job.Get(WorkingNames.Frames).Digest, cancellationToken);
        await runner.SendAsync(JobState.Preparing, frames, chunk => stream.WriteAsync(wrap(chunk), cancellationToken), cancellationToken);
    }

    // Tensors that are not asked for, such as "visible" beside "flow", are read and forgotten.
    private async Task KeepAsync(JobContext job, TensorSink sink, TensorChunk chunk, string wanted, string name, CancellationToken cancellationToken)
    {
        instruments.Streamed(JobState.Preparing, sent: false, chunk.Data.Length);
        if (chunk.Name != wanted || await sink.AcceptAsync(chunk, cancellationToken) is not { } writer)
            return;

        await using (writer)
            await job.RecordAsync(writer, name, JobArtifactKind.Working, MediaType);
    }

    private static bool NeedsModel(RegionSource source) => source.SourceCase
        is not (RegionSource.SourceOneofCase.Mask or RegionSource.SourceOneofCase.WholeFrame or RegionSource.SourceOneofCase.Background);
}
