using Microsoft.Extensions.Options;
using VideoGrain.Media;
using VideoGrain.Media.Pictures;
using VideoGrain.Media.Png;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Stages;
using VideoGrain.Orchestrator.Telemetry;
using VideoGrain.Orchestrator.Tensors;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>Denoises the inverted latents under the target prompts; goes on from the last checkpoint of an earlier attempt.</summary>
internal sealed class DenoisingStage(
    StageChannels channels,
    StageRunner runner,
    DenoisingInputs inputs,
    IArtifactStore store,
    OrchestratorInstruments instruments,
    IOptions<WorkerOptions> worker,
    IOptions<StageOptions> stages,
    TimeProvider time)
{
    private const string MediaType = "application/octet-stream";
    private const string Breaker = "denoiser";
    private const int HeatMapSteps = 8;

    /// <summary>Runs the stage.</summary>
    /// <param name="job">The job.</param>
    /// <param name="ahead">The call that may have been begun while the inversion ran.</param>
    public async Task RunAsync(JobContext job, DenoisingAhead ahead)
    {
        if (job.Has(WorkingNames.Edited))
            return;

        var resumedSteps = 0;
        var interval = new CheckpointInterval(worker.Value);
        await runner.RunAsync(job, JobState.Denoising, Breaker, () => resumedSteps, async (budget, stop) =>
        {
            var checkpoints = new CheckpointSaver(job, store, instruments, interval, time);
            await checkpoints.LoadAsync();
            if (checkpoints.StepsDone > 0)
                instruments.Resumed(JobState.Denoising);

            try
            {
                await DenoiseAsync(job, checkpoints, interval, ahead, budget, stop);
            }
            finally
            {
                // Whatever stopped the call, the last step it finished is kept.
                if (!job.Has(WorkingNames.Edited))
                    await checkpoints.FlushAsync();

                resumedSteps = checkpoints.StepsDone;
            }

            StageRunner.Require(job, WorkingNames.Edited);
        });
    }

    /// <summary>What watches the inversion to begin the denoiser's call ahead; it begins none for a job whose masks or start are not known before.</summary>
    public DenoisingAhead Ahead(JobContext job)
    {
        var isPossible = !job.Needs.NounRegions && !job.Has(WorkingNames.Edited) && job.Checkpoints(JobState.Denoising).Count == 0;
        return new DenoisingAhead(this, job, isPossible ? stages.Value.PrepareAhead : TimeSpan.Zero, time);
    }

    /// <summary>A call that is still to be run.</summary>
    public DenoisingCall NewCall(JobContext job, int resumeStepsDone) => new(channels, runner, store, job, Header(job, resumeStepsDone), time);

    /// <summary>The tensors that are there before the inversion ends.</summary>
    public IReadOnlyList<(string Name, ArtifactDigest Digest)> Prerequisites(JobContext job) => inputs.Prerequisites(job);

    private async Task DenoiseAsync(
        JobContext job, CheckpointSaver checkpoints, CheckpointInterval interval, DenoisingAhead ahead, RetryBudget budget, CancellationToken stop)
    {
        await using var sink = new TensorSink(store, job.Job.Clip.ClipBytes);
        var (latents, previews) = (new StepAssembler(job.Job.Clip.ClipBytes * sizeof(float)), new StepAssembler(job.Job.Clip.ClipBytes));
        var heatMaps = new StepAssembler(job.Job.Clip.ClipBytes * sizeof(float) * Math.Max(1, job.Specification.Regions.Count));
        var tensors = await inputs.OpenAsync(job, checkpoints.Last, stop);
        if (checkpoints.StepsDone == 0 && ahead.Take() is var (begun, running, cancel))
        {
            await using var registration = stop.Register(cancel.Cancel);
            begun.Deliver(tensors, ReceiveAsync);
            await running;
            return;
        }

        var call = NewCall(job, checkpoints.StepsDone);
        call.Deliver(tensors, ReceiveAsync);
        await call.RunAsync(Prerequisites(job), stop);

        async Task ReceiveAsync(DenoiseResponse message, CancellationToken token)
        {
            switch (message.PayloadCase)
            {
                case DenoiseResponse.PayloadOneofCase.Progress:
                    if (message.Progress.StepDuration is { } step)
                        interval.StepTook(step.ToTimeSpan());

                    await job.ReportAsync(message.Progress);
                    break;
                case DenoiseResponse.PayloadOneofCase.Checkpoint:
                    instruments.Streamed(JobState.Denoising, sent: false, message.Checkpoint.Chunk?.Data.Length ?? 0);
                    if (latents.Accept(message.Checkpoint) is { } checkpoint)
                    {
                        budget.Progressed();
                        await checkpoints.AppendAsync(checkpoint);
                    }

                    break;
                case DenoiseResponse.PayloadOneofCase.Preview:
                    if (previews.Accept(message.Preview) is { } preview)
                        await KeepPreviewAsync(job, preview);

                    break;
                case DenoiseResponse.PayloadOneofCase.HeatMaps:
                    instruments.Streamed(JobState.Denoising, sent: false, message.HeatMaps.Chunk?.Data.Length ?? 0);
                    if (heatMaps.Accept(message.HeatMaps) is { } maps)
                        await KeepHeatMapsAsync(job, maps);

                    break;
                case DenoiseResponse.PayloadOneofCase.Tensor:
                    await KeepAsync(job, sink, message.Tensor, token);
                    break;
            }
        }
    }

    private static DenoiseHeader Header(JobContext job, int resumeStepsDone)
    {
        var specification = job.Specification;
        var header = new DenoiseHeader
        {
            JobId = job.Job.Id,
            Model = specification.Model,
            Geometry = job.Geometry,
            TargetPrompt = specification.TargetPrompt,
            SourcePrompt = specification.SourcePrompt,
            NegativePrompt = specification.NegativePrompt,
            Options = specification.Options,
            Control = job.Control,
            ResumeStepsDone = (uint)resumeStepsDone,

            // Every step's latents come, so that a stage that dies costs one step; only every few are synced to the store.
            CheckpointEvery = 1,
            PreviewEvery = specification.Output?.PreviewEvery ?? 0,
            HeatMapEvery = HeatMapEvery(job),
        };
        header.Regions.Add(specification.Regions.Select(region => new LayoutRegion { Id = region.Id, Phrase = region.Phrase }));
        return header;
    }

    private async Task KeepAsync(JobContext job, TensorSink sink, TensorChunk chunk, CancellationToken cancellationToken)
    {
        instruments.Streamed(JobState.Denoising, sent: false, chunk.Data.Length);
        if (chunk.Name != "frames" || await sink.AcceptAsync(chunk, cancellationToken) is not { } writer)
            return;

        await using (writer)
            await job.RecordAsync(writer, WorkingNames.Edited, JobArtifactKind.Working, MediaType);
    }

    // A few steps are enough to see where phrases draw; each step's maps are kept before its checkpoint, so that none is missing after a resume.
    private static uint HeatMapEvery(JobContext job) =>
        job.Specification.Output?.HeatMaps == true && job.Specification.Regions.Count > 0 ? (uint)Math.Max(1, job.Timeline.Denoising.Count / HeatMapSteps) : 0;

    private async Task KeepHeatMapsAsync(JobContext job, StepLatents maps)
    {
        await using var writer = await store.CreateAsync(maps.Header.HeaderBytes + maps.Data.Length, job.Held);
        await writer.WriteAsync(maps.Header.Encode(), job.Held);
        await writer.WriteAsync(maps.Data, job.Held);
        var name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{WorkingNames.HeatMaps}{maps.StepsDone:D6}");
        await job.RecordAsync(writer, name, JobArtifactKind.Working, MediaType);
    }

    private async Task KeepPreviewAsync(JobContext job, StepLatents preview)
    {
        if (preview.Header is not { ElementType: ElementType.Uint8, Shape: [var count and > 0, var height and > 0, var width and > 0, Frame.Channels] })
            return;

        var frameBytes = (int)(height * width * Frame.Channels);
        var frames = Enumerable.Range(0, (int)count)
            .Select(i => new Frame((int)width, (int)height, preview.Data.AsSpan(i * frameBytes, frameBytes).ToArray()))
            .ToList();
        var isFirst = !job.HasPreview;
        var png = PngWriter.Write(frames.Count == 1 ? frames[0] : Strip.Grid([frames]));
        await using var writer = await store.CreateAsync(png.Length, job.Held);
        await writer.WriteAsync(png, job.Held);
        await job.RecordAsync(writer, PreviewName(preview.StepsDone), JobArtifactKind.Preview, "image/png");
        if (isFirst)
            instruments.Previewed(time.GetUtcNow() - job.Job.SubmittedAt);
    }

    private static string PreviewName(int stepsDone) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"preview-{stepsDone:D6}.png");
}
