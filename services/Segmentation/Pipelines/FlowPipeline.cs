using System.Runtime.InteropServices;
using VideoGrain.Media.Flow;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Requests;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>Estimates the flow between neighbouring frames; each field leaves as soon as it is there.</summary>
internal sealed class FlowPipeline(TimeProvider time, StageInstruments instruments)
{
    private const string FlowName = "flow";
    private const string VisibleName = "visible";

    /// <exception cref="ServiceDefaults.Errors.VideoGrainException">No flow estimator has this name.</exception>
    public static void CheckModel(string name)
    {
        if (name.Length > 0 && name != BuiltIns.Flow)
            throw ModelErrors.NotFound(name, [BuiltIns.Flow]);
    }

    /// <summary>Runs the call. Stops within a frame when cancelled.</summary>
    public void Run(ClipData frames, StageOutput<EstimateFlowResponse> output, CancellationToken cancellationToken)
    {
        var pairs = frames.Count - 1;
        var clock = new StageClock(time, instruments, pairs);
        long[] visibleShape = [pairs, frames.Height, frames.Width];
        long[] flowShape = [.. visibleShape, 2];

        // Tensors do not interleave, so what is visible waits until the last flow has left; a byte per pixel is little.
        var visible = new List<byte[]>(pairs);
        ulong offset = 0;
        var before = frames[0];
        for (var f = 0; f < pairs; f++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var next = frames[f + 1];
            var field = PyramidalFlow.Estimate(before, next, cancellationToken);
            var bytes = MemoryMarshal.AsBytes(field.Displacement.AsSpan()).ToArray();
            foreach (var chunk in PartChunks.Split(FlowName, ElementType.Float32, flowShape, bytes, ref offset))
                output.Send(new EstimateFlowResponse { Tensor = chunk }, cancellationToken);
            visible.Add(Array.ConvertAll(field.Visible, v => v ? (byte)1 : (byte)0));
            before = next;
            output.Offer(new EstimateFlowResponse { Progress = clock.Step() });
        }

        offset = 0;
        foreach (var part in visible)
        {
            foreach (var chunk in PartChunks.Split(VisibleName, ElementType.Uint8, visibleShape, part, ref offset))
                output.Send(new EstimateFlowResponse { Tensor = chunk }, cancellationToken);
        }

        output.Send(new EstimateFlowResponse { Summary = new() { Model = BuiltIns.Flow, ComputeTime = clock.Elapsed } }, cancellationToken);
    }
}
