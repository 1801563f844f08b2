using VideoGrain.Media;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Control;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Requests;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>Estimates a ControlNet's input frame by frame; each map leaves as soon as it is drawn.</summary>
internal sealed class ControlPipeline(ModelRegistry models, TimeProvider time, StageInstruments instruments)
{
    private const string ControlName = "control";
    private const double DefaultLow = 100;
    private const double DefaultHigh = 200;

    /// <summary>Chooses the estimator before any frame is read.</summary>
    /// <exception cref="VideoGrainException">The header is not valid, or no estimator does what it asks for.</exception>
    public ControlEstimate Prepare(EstimateControlHeader header, ViolationList violations)
    {
        var (low, high) = (header.HasCannyLow ? header.CannyLow : DefaultLow, header.HasCannyHigh ? header.CannyHigh : DefaultHigh);
        violations.Range("header.canny_low", low, 0, byte.MaxValue);
        violations.Range("header.canny_high", high, 0, byte.MaxValue);
        if (!(high > low))
            violations.Add("header.canny_high", FormattableString.Invariant($"must be above canny_low ({low}), got {high}"), ErrorReasons.OptionOutOfRange);
        if (header.Type is ControlType.Unspecified or ControlType.None || !Enum.IsDefined(header.Type))
            violations.Add("header.type", "must name a control to estimate", ErrorReasons.FieldRequired);
        violations.ThrowIfAny();

        return header.Type switch
        {
            ControlType.Canny => BuiltIn(BuiltIns.Canny, header.Model, frame => CannyEdges.Draw(frame, low, high)),
            ControlType.SoftEdge => BuiltIn(BuiltIns.SoftEdge, header.Model, SoftEdges.Draw),
            ControlType.Depth => Depth(header.Model),
            _ => throw ModelErrors.NotInstalled($"estimates {header.Type}: see ListModels"),
        };
    }

    /// <summary>Runs the call. Stops between frames when cancelled.</summary>
    public void Run(ControlEstimate estimate, ClipData frames, StageOutput<EstimateControlResponse> output, CancellationToken cancellationToken)
    {
        var clock = new StageClock(time, instruments, frames.Count);
        long[] shape = [frames.Count, frames.Height, frames.Width, 3];
        ulong offset = 0;
        for (var f = 0; f < frames.Count; f++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var chunk in PartChunks.Split(ControlName, ElementType.Uint8, shape, estimate.Draw(frames[f], cancellationToken).Rgb, ref offset))
                output.Send(new EstimateControlResponse { Tensor = chunk }, cancellationToken);
            output.Offer(new EstimateControlResponse { Progress = clock.Step() });
        }

        output.Send(new EstimateControlResponse { Summary = new() { Model = estimate.Name, ComputeTime = clock.Elapsed } }, cancellationToken);
    }

    private static ControlEstimate BuiltIn(string name, string asked, Func<Frame, Frame> draw)
        => asked.Length == 0 || asked == name ? new ControlEstimate(name, (frame, _) => draw(frame)) : throw ModelErrors.NotFound(asked, [name]);

    private ControlEstimate Depth(string asked)
    {
        var (depth, lease) = models.AcquireDepth(asked);
        return new ControlEstimate(lease.Profile.Name, depth.Draw, lease);
    }
}
