using VideoGrain.Media;
using VideoGrain.Media.Flow;

namespace VideoGrain.Segmentation.Models;

/// <summary>
/// Optical flow between two pictures (RAFT as in OpenCV Zoo): <c>flow</c> [1, 2, h, w], horizontal and vertical displacement in pixels
/// of the output. A second run from the next frame back tells what is visible.
/// </summary>
internal sealed class FlowModel(OnnxModel model)
{
    /// <summary>Name of the decoder in profiles.</summary>
    public const string Decoder = "flow";

    private const string Flow = "flow";

    public static DecoderSpec Spec { get; } = DecoderSpec.Of(
        Decoder, ModelTask.Flow, new NetworkRoles([Flow], TakesNext: true),
        (model, cancellation) => new FlowModel(model).Estimate(Decoders.WarmUpFrame, Decoders.WarmUpFrame, cancellation));

    /// <summary>Estimates the flow from one frame to the next, in the frames' size.</summary>
    public FlowField Estimate(Frame from, Frame to, CancellationToken cancellationToken)
    {
        var (first, second) = (ModelInput.Of(from, model.Only.Input), ModelInput.Of(to, model.Only.Input));
        return FlowConsistency.Join(from.Width, from.Height, Run(first, second, from, cancellationToken), Run(second, first, from, cancellationToken));
    }

    private float[] Run(ModelInput from, ModelInput to, Frame size, CancellationToken cancellationToken)
    {
        var profile = model.Only.Input;
        long[] shape = [1, Frame.Channels, profile.Height, profile.Width];
        return model.Only.Run(
            [new NetworkInput(profile.Name, from.Values, shape), new NetworkInput(profile.Next, to.Values, shape)],
            [Flow], outputs => Read(outputs, from, size.Width, size.Height), cancellationToken);
    }

    private float[] Read(ModelOutputs outputs, ModelInput input, int width, int height)
    {
        var shape = outputs.Require(Flow, 1, 2, -1, -1);
        var (rows, columns) = ((int)shape[2], (int)shape[3]);
        var flow = ModelSpace.ToFrame(outputs.Floats(Flow), 2, rows, columns, input, width, height);
        var (sx, sy) = ((float)(width / (columns * input.Columns)), (float)(height / (rows * input.Rows)));
        for (var i = 0; i < flow.Length; i += 2)
        {
            flow[i] *= sx;
            flow[i + 1] *= sy;
            if (!float.IsFinite(flow[i]) || !float.IsFinite(flow[i + 1]))
                throw new ModelProfileException($"model '{model.Profile.Name}': output '{model.Only.Profile.Outputs[Flow]}' ({Flow}) holds values that are not finite.");
        }

        return flow;
    }
}
