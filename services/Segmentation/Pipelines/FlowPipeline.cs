using System.Runtime.InteropServices;
using VideoGrain.Media;
using VideoGrain.Media.Flow;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Regions;
using VideoGrain.Segmentation.Requests;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.ServiceDefaults.Telemetry;
using ClipGeometry = VideoGrain.Protos.V1.ClipGeometry;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>Estimates the flow between neighbouring frames; each field leaves as soon as it is there.</summary>
internal sealed class FlowPipeline(ModelRegistry models, TimeProvider time, StageInstruments instruments)
{
    private const string FlowName = "flow";
    private const string VisibleName = "visible";

    /// <summary>The estimator of calls that name none: a model that says so, or else the built-in one.</summary>
    public static string Default(ModelRegistry models)
        => models.Default(Decoders.Flow) is { Default: true } profile ? profile.Name : BuiltIns.Flow;

    /// <summary>Chooses the estimator before any frame is read.</summary>
    /// <exception cref="ServiceDefaults.Errors.VideoGrainException">No flow estimator has this name.</exception>
    public async Task<FlowEstimate> PrepareAsync(string name, CancellationToken cancellationToken)
    {
        if (name.Length == 0)
            name = Default(models);
        if (name == BuiltIns.Flow)
            return new FlowEstimate(name, PyramidalFlow.Estimate);
        if (!models.Profiles.Any(p => p.Name == name && Decoders.Flow.Serves(p)))
            throw ModelErrors.NotFound(name, models.Profiles.Where(Decoders.Flow.Serves).Select(p => p.Name).Append(BuiltIns.Flow));
        var lease = await models.AcquireAsync(Decoders.Flow, name, cancellationToken);
        return new FlowEstimate(name, lease.Model.Estimate, lease);
    }

    /// <summary>Runs the call. Stops within a frame when cancelled.</summary>
    public void Run(
        FlowEstimate estimate, ClipGeometry geometry, FrameFeed feed, StageOutput<EstimateFlowResponse> output, CancellationToken cancellationToken)
    {
        var pairs = (int)geometry.FrameCount - 1;
        var clock = new StageClock(time, instruments, pairs);
        long[] visibleShape = [pairs, geometry.Height, geometry.Width];
        long[] flowShape = [.. visibleShape, 2];

        // Tensors do not interleave, so what is visible waits, packed, until the last flow has left.
        var visible = new List<PackedMask>(pairs);
        ulong offset = 0;
        var before = feed.Take(cancellationToken);
        for (var f = 0; f < pairs; f++)
        {
            var next = feed.Take(cancellationToken);
            var field = estimate.Run(before, next, cancellationToken);
            var bytes = MemoryMarshal.AsBytes(field.Displacement.AsSpan()).ToArray();
            foreach (var chunk in PartChunks.Split(FlowName, ElementType.Float32, flowShape, bytes, ref offset))
                output.Send(new EstimateFlowResponse { Tensor = chunk }, cancellationToken);
            visible.Add(PackedMask.Of(new Mask(field.Width, field.Height, Array.ConvertAll(field.Visible, v => v ? (byte)1 : (byte)0))));
            before = next;
            output.Offer(new EstimateFlowResponse { Progress = clock.Step() });
        }

        feed.WaitForEnd(cancellationToken);
        offset = 0;
        foreach (var part in visible)
        {
            foreach (var chunk in PartChunks.Split(VisibleName, ElementType.Uint8, visibleShape, part.Unpack().Set, ref offset))
                output.Send(new EstimateFlowResponse { Tensor = chunk }, cancellationToken);
        }

        output.Send(new EstimateFlowResponse { Summary = new() { Model = estimate.Name, ComputeTime = clock.Elapsed } }, cancellationToken);
    }
}
