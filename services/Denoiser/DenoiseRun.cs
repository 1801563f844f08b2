using Google.Protobuf.WellKnownTypes;
using VideoGrain.Editing;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Contract;
using VideoGrain.ServiceDefaults.Models;
using VideoGrain.ServiceDefaults.Stages;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Denoiser;

/// <summary>The computation of a denoising, from tensors to messages.</summary>
/// <param name="plan">The job.</param>
/// <param name="first">The tensors that the edit is prepared from.</param>
/// <param name="all">All tensors; those of latents may still be on their way.</param>
/// <param name="stage">The stage.</param>
/// <param name="job">The job in its slot.</param>
internal sealed class DenoiseRun(
    DenoisePlan plan, IReadOnlyDictionary<string, ReceivedTensor> first, Task<IReadOnlyDictionary<string, ReceivedTensor>> all, StageHost stage,
    StageJob job)
{
    /// <summary>
    /// Computes; runs on the computing thread. After the last step the next job may arrive while this one decodes, and compute while this one's result is still being read.
    /// </summary>
    public void Compute(StageOutput<DenoiseResponse> output, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stage.Drain.Token);
        var loop = new EditLoop(plan.Model.Pipeline, stage.Time);
        StepProgress? unsent = null;
        StepReporter? clock = null;
        var stepsEnded = TimeSpan.Zero;
        try
        {
            using var engine = job.TakeEngine(stop.Token);
            using var prepared = Prepare(loop, output, cancellation);
            var tensors = all.WaitAsync(stop.Token).GetAwaiter().GetResult();
            var reporter = clock = new StepReporter(Stage.Denoising, stage.Time);
            var latents = loop.Run(prepared, Latents(tensors), Report, LeaveFrames, stop.Token);
            LeaveTensor(output, ClipTensors.Split(TensorNames.Latents, latents));
            var decodeTime = reporter.Elapsed - stepsEnded;
            stage.Instruments.DeviceWorked(StageInstruments.Decode, decodeTime);
            stage.Instruments.JobSucceeded(plan.Clip.Frames, reporter.Elapsed);
            output.Leave(Summary(reporter, decodeTime));
        }
        catch (OperationCanceledException) when (stage.Drain.IsDraining && !cancellation.IsCancellationRequested)
        {
            if (unsent is not null) SendCheckpoint(output, unsent, cancellation);
            throw StageErrors.Draining();
        }

        void Report(StepProgress step)
        {
            var progress = clock!.Report(step, Reached(step));
            job.StepDone(step, progress.Remaining.ToTimeSpan());
            if (step.Index == step.Count - 1) job.BeginFinishing();
            output.Offer(new DenoiseResponse { Progress = progress });
            if (step.Preview is { } preview) SendPreview(output, step, preview, cancellation);
            if (step.HeatMaps is { } maps) SendHeatMaps(output, step, maps, cancellation);
            if (IsDue(plan.Header.CheckpointEvery, step)) SendCheckpoint(output, step, cancellation);
            unsent = IsDue(plan.Header.CheckpointEvery, step) ? null : step;
            stepsEnded = clock.Elapsed;
        }

        void LeaveFrames(int first, RgbClip frames) => LeaveTensor(output, plan.Clip.SplitFrames(TensorNames.Frames, first, frames));
    }

    private static bool IsDue(uint every, StepProgress step) => every > 0 && (step.Index + 1) % every == 0;

    private static DenoiseResponse Summary(StepReporter reporter, TimeSpan decodeTime) => new()
    {
        Summary = new DenoiseSummary
        {
            StepsComputed = (uint)reporter.Computed,
            ComputeTime = Duration.FromTimeSpan(reporter.Elapsed),
            DecodeTime = Duration.FromTimeSpan(decodeTime),
        },
    };

    private int Reached(StepProgress step) => plan.Timeline.Reached(step.Timestep);

    private PreparedEdit Prepare(EditLoop loop, StageOutput<DenoiseResponse> output, CancellationToken cancellation)
    {
        var began = stage.Time.GetTimestamp();
        var clip = plan.Clip;
        var prepared = loop.Prepare(new EditSetup
        {
            Prompt = plan.Header.TargetPrompt,
            Regions = Regions(),
            Options = plan.Options,
            Frames = clip.Frames,
            Height = clip.Rows,
            Width = clip.Columns,
            Control = first.TryGetValue(TensorNames.Control, out var control) ? clip.ToClip(control) : null,
            Flow = first.TryGetValue(TensorNames.Flow, out var flow) ? clip.ToFlow(flow) : NoFlow(),
        });
        output.Send(
            new DenoiseResponse { Prepared = new DenoisePrepared { ComputeTime = Duration.FromTimeSpan(stage.Time.GetElapsedTime(began)) } }, cancellation);
        return prepared;
    }

    private EditLatents Latents(IReadOnlyDictionary<string, ReceivedTensor> tensors)
    {
        var (clip, header) = (plan.Clip, plan.Header);
        return new EditLatents
        {
            Inverted = clip.ToLatents(tensors[TensorNames.Latents]),
            Source = clip.ToLatents(tensors[TensorNames.SourceMean]),
            Trajectory = tensors.TryGetValue(TensorNames.SourceTrajectory, out var trajectory) ? steps => clip.ToLatents(trajectory, EntryOf(steps, trajectory)) : null,
            Resume = tensors.TryGetValue(TensorNames.Checkpoint, out var checkpoint)
                ? new LatentCheckpoint((int)header.ResumeStepsDone, clip.ToLatents(checkpoint))
                : null,
            PreviewInterval = (int)Math.Min(header.PreviewEvery, int.MaxValue),
            HeatMapInterval = (int)Math.Min(header.HeatMapEvery, int.MaxValue),
        };
    }

    /// <summary>A trajectory holds the latents after every step, or only those that are needed.</summary>
    private int EntryOf(int steps, ReceivedTensor trajectory) =>
        trajectory.Shape[0] == plan.Timeline.Inversion.Count + 1 ? steps : plan.Timeline.NeededInversionLatents.ToList().IndexOf(steps);

    /// <summary>Without regions the whole frame is one, with no phrase of its own.</summary>
    private IReadOnlyList<RegionPrompt> Regions() => first.TryGetValue(TensorNames.Masks, out var masks)
        ? [.. plan.Header.Regions.Select((region, i) => new RegionPrompt(region.Phrase, plan.Clip.ToMask(masks, i)))]
        : [new RegionPrompt("", plan.Clip.FullMask())];

    /// <summary>A single frame moves nowhere.</summary>
    private FlowField? NoFlow() => plan.Options.FlattenDivisors.Count > 0 ? new FlowField(0, plan.Clip.Height, plan.Clip.Width, []) : null;

    private void SendCheckpoint(StageOutput<DenoiseResponse> output, StepProgress step, CancellationToken cancellation)
    {
        foreach (var chunk in ClipTensors.Split(TensorNames.Latents, step.Latents))
            Send(output, new DenoiseResponse { Checkpoint = StepTensor(step, chunk) }, chunk, cancellation);
    }

    private void SendPreview(StageOutput<DenoiseResponse> output, StepProgress step, RgbClip preview, CancellationToken cancellation)
    {
        foreach (var chunk in ClipTensors.Split(TensorNames.Preview, preview))
            Send(output, new DenoiseResponse { Preview = StepTensor(step, chunk) }, chunk, cancellation);
    }

    private void SendHeatMaps(StageOutput<DenoiseResponse> output, StepProgress step, PhraseMaps maps, CancellationToken cancellation)
    {
        foreach (var chunk in TensorChunks.Split(TensorNames.HeatMaps, [maps.Regions, maps.Frames, maps.Height, maps.Width], maps.Values))
            Send(output, new DenoiseResponse { HeatMaps = StepTensor(step, chunk) }, chunk, cancellation);
    }

    private StepTensor StepTensor(StepProgress step, TensorChunk chunk) => new() { Step = (uint)step.Index, Timestep = Reached(step), Chunk = chunk };

    private void LeaveTensor(StageOutput<DenoiseResponse> output, IEnumerable<TensorChunk> chunks)
    {
        foreach (var chunk in chunks)
        {
            stage.Instruments.Sent(chunk.Data.Length);
            output.Leave(new DenoiseResponse { Tensor = chunk });
        }
    }

    private void Send(StageOutput<DenoiseResponse> output, DenoiseResponse message, TensorChunk chunk, CancellationToken cancellation)
    {
        stage.Instruments.Sent(chunk.Data.Length);
        output.Send(message, cancellation);
    }
}
