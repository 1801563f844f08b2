using Google.Protobuf.WellKnownTypes;
using VideoGrain.Editing;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Contract;
using VideoGrain.ServiceDefaults.Models;
using VideoGrain.ServiceDefaults.Stages;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Inversion;

/// <summary>The computation of an inversion, from tensors to messages.</summary>
internal sealed class InversionRun(InversionPlan plan, IReadOnlyDictionary<string, ReceivedTensor> tensors, StageHost stage, StageJob job)
{
    /// <summary>Computes; runs on the computing thread.</summary>
    public void Compute(StageOutput<InvertResponse> output, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stage.Drain.Token);
        var loop = new InversionLoop(plan.Model.Pipeline, stage.Time);
        var reporter = new StepReporter(Stage.Inverting, stage.Time);
        var sendsAll = plan.Header.Latents == LatentSelection.All;
        StepProgress? last = null;
        TimeSpan? encodeTime = null;
        try
        {
            using var engine = job.TakeEngine(stop.Token);
            var result = loop.Run(Request(), Report, stop.Token);
            SendResult(output, result, cancellation);
            stage.Instruments.JobSucceeded(plan.Clip.Frames, reporter.Elapsed);
            output.Send(Summary(reporter, encodeTime ?? reporter.Elapsed), cancellation);
        }
        catch (OperationCanceledException) when (stage.Drain.IsDraining && !cancellation.IsCancellationRequested)
        {
            if (last is not null && !sendsAll) SendLatents(output, last, cancellation);
            throw StageErrors.Draining();
        }

        void Report(StepProgress step)
        {
            if (encodeTime is null) stage.Instruments.DeviceWorked(StageInstruments.Encode, (encodeTime = reporter.Elapsed - step.Elapsed).Value);
            last = step;
            var progress = reporter.Report(step, plan.Timeline.LevelAfter(step.Index + 1));
            job.StepDone(step, progress.Remaining.ToTimeSpan());
            output.Offer(new InvertResponse { Progress = progress });
            if (sendsAll || step.Index == step.Count - 1) SendLatents(output, step, cancellation);
        }
    }

    private static InvertResponse Summary(StepReporter reporter, TimeSpan encodeTime) => new()
    {
        Summary = new InvertSummary
        {
            StepsComputed = (uint)reporter.Computed,
            ComputeTime = Duration.FromTimeSpan(reporter.Elapsed),
            EncodeTime = Duration.FromTimeSpan(encodeTime),
        },
    };

    private InversionRequest Request()
    {
        var clip = plan.Clip;
        return new InversionRequest
        {
            Clip = clip.ToClip(tensors[TensorNames.Frames]),
            Options = plan.Options,
            Control = tensors.TryGetValue(TensorNames.Control, out var control) ? clip.ToClip(control) : null,
            Flow = tensors.TryGetValue(TensorNames.Flow, out var flow) ? clip.ToFlow(flow) : NoFlow(),
            PosteriorNoise = tensors.TryGetValue(TensorNames.PosteriorNoise, out var noise) ? clip.ToLatents(noise) : null,
            Resume = Resume(),
            RecordAttention = plan.Header.ReturnAttention,
            AttentionSteps = (int)plan.Header.AttentionSteps,
            Trajectory = tensors.TryGetValue(TensorNames.SourceTrajectory, out var trajectory) ? steps => clip.ToLatents(trajectory, steps - 1) : null,
        };
    }

    private LatentCheckpoint? Resume()
    {
        var stepsDone = (int)plan.Header.ResumeStepsDone;
        if (tensors.TryGetValue(TensorNames.Checkpoint, out var checkpoint)) return new(stepsDone, plan.Clip.ToLatents(checkpoint));
        return tensors.TryGetValue(TensorNames.SourceTrajectory, out var trajectory) ? new(stepsDone, plan.Clip.ToLatents(trajectory, stepsDone - 1)) : null;
    }

    /// <summary>A single frame moves nowhere.</summary>
    private FlowField? NoFlow() => plan.Options.FlattenDivisors.Count > 0 ? new FlowField(0, plan.Clip.Height, plan.Clip.Width, []) : null;

    private void SendResult(StageOutput<InvertResponse> output, InversionResult result, CancellationToken cancellation)
    {
        if (plan.Header.ResumeStepsDone == plan.Timeline.Inversion.Count)
            SendLatents(output, new StepProgress((int)plan.Header.ResumeStepsDone - 1, (int)plan.Header.ResumeStepsDone, 0, result.Inverted, TimeSpan.Zero), cancellation);
        SendTensor(output, ClipTensors.Split(TensorNames.SourceLatents, result.Start), cancellation);
        SendTensor(output, ClipTensors.Split(TensorNames.SourceMean, result.Source), cancellation);
        if (result.Attention is not { } attention) return;
        var tokens = attention.TokensPerFrame;
        SendTensor(output, TensorChunks.Split(TensorNames.SelfAttention, [attention.Frames, tokens, tokens], attention.Self), cancellation);
        SendTensor(output, TensorChunks.Split(TensorNames.CrossAttention, [attention.Frames, tokens, attention.TextTokens], attention.Cross), cancellation);
    }

    private void SendLatents(StageOutput<InvertResponse> output, StepProgress step, CancellationToken cancellation)
    {
        foreach (var chunk in ClipTensors.Split(TensorNames.Latents, step.Latents))
        {
            stage.Instruments.Sent(chunk.Data.Length);
            var tensor = new StepTensor { Step = (uint)step.Index, Timestep = plan.Timeline.LevelAfter(step.Index + 1), Chunk = chunk };
            output.Send(new InvertResponse { Latents = tensor }, cancellation);
        }
    }

    private void SendTensor(StageOutput<InvertResponse> output, IEnumerable<TensorChunk> chunks, CancellationToken cancellation)
    {
        foreach (var chunk in chunks)
        {
            stage.Instruments.Sent(chunk.Data.Length);
            output.Send(new InvertResponse { Tensor = chunk }, cancellation);
        }
    }
}
