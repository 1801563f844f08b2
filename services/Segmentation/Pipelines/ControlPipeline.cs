using VideoGrain.Media;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Control;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Requests;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.ServiceDefaults.Telemetry;
using ClipGeometry = VideoGrain.Protos.V1.ClipGeometry;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>Estimates a ControlNet's input frame by frame; each map leaves as soon as it is drawn.</summary>
internal sealed class ControlPipeline(ModelRegistry models, TimeProvider time, StageInstruments instruments)
{
    private const string ControlName = "control";
    private const double DefaultLow = 100;
    private const double DefaultHigh = 200;

    /// <summary>Chooses the estimator before any frame is read.</summary>
    /// <exception cref="VideoGrainException">The header is not valid, or no estimator does what it asks for.</exception>
    public async Task<ControlEstimate> PrepareAsync(EstimateControlHeader header, ViolationList violations, CancellationToken cancellationToken)
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
            ControlType.Depth => await ModelAsync(Decoders.Depth, header.Model, m => m.Draw, cancellationToken),
            ControlType.Pose => await ModelAsync(Decoders.Pose, header.Model, m => m.Draw, cancellationToken),
            _ => throw ModelErrors.NotInstalled($"estimates {header.Type}: see ListModels"),
        };
    }

    /// <summary>Runs the call. Stops within a frame when cancelled.</summary>
    public void Run(
        ControlEstimate estimate, ClipGeometry geometry, FrameFeed feed, StageOutput<EstimateControlResponse> output, CancellationToken cancellationToken)
    {
        var clock = new StageClock(time, instruments, (int)geometry.FrameCount);
        long[] shape = [geometry.FrameCount, geometry.Height, geometry.Width, Frame.Channels];
        ulong offset = 0;
        for (var f = 0; f < geometry.FrameCount; f++)
        {
            var map = estimate.Draw(feed.Take(cancellationToken), cancellationToken);
            foreach (var chunk in PartChunks.Split(ControlName, ElementType.Uint8, shape, map.Rgb, ref offset))
                output.Send(new EstimateControlResponse { Tensor = chunk }, cancellationToken);
            output.Offer(new EstimateControlResponse { Progress = clock.Step() });
        }

        feed.WaitForEnd(cancellationToken);
        output.Send(new EstimateControlResponse { Summary = new() { Model = estimate.Name, ComputeTime = clock.Elapsed } }, cancellationToken);
    }

    private static ControlEstimate BuiltIn(string name, string asked, Func<Frame, Frame> draw)
        => asked.Length == 0 || asked == name ? new ControlEstimate(name, (frame, _) => draw(frame)) : throw ModelErrors.NotFound(asked, [name]);

    private async Task<ControlEstimate> ModelAsync<T>(
        ModelKind<T> kind, string asked, Func<T, Func<Frame, CancellationToken, Frame>> draw, CancellationToken cancellationToken)
    {
        var lease = await models.AcquireAsync(kind, asked, cancellationToken);
        return new ControlEstimate(lease.Profile.Name, draw(lease.Model), lease);
    }
}
