using VideoGrain.Media;

namespace VideoGrain.Segmentation.Models;

/// <summary>
/// Relative depth (Depth-Anything, MiDaS): <c>depth</c> [1, h, w] or [1, 1, h, w], larger is nearer. Drawn as ControlNets for depth
/// expect it: each frame's range stretched from black (far) to white (near).
/// </summary>
internal sealed class DepthModel(OnnxModel model)
{
    /// <summary>Name of the decoder in profiles.</summary>
    public const string Decoder = "depth";

    private const string Depth = "depth";

    public static DecoderSpec Spec { get; } = DecoderSpec.Of(
        Decoder, ModelTask.Control, new NetworkRoles([Depth]), (model, cancellation) => new DepthModel(model).Draw(Decoders.WarmUpFrame, cancellation));

    /// <summary>Draws a frame's depth map, in the frame's size.</summary>
    public Frame Draw(Frame frame, CancellationToken cancellationToken)
    {
        var input = ModelInput.Of(frame, model.Only.Input);
        return model.Only.Run(input, [Depth], outputs => Read(outputs, input, frame.Width, frame.Height), cancellationToken);
    }

    private static Frame Read(ModelOutputs outputs, ModelInput input, int width, int height)
    {
        var shape = outputs.Shape(Depth).Length == 4 ? outputs.Require(Depth, 1, 1, -1, -1) : outputs.Require(Depth, 1, -1, -1);
        var depth = ModelSpace.ToFrame(outputs.Floats(Depth), 1, (int)shape[^2], (int)shape[^1], input, width, height);
        var (far, near) = (depth.Min(), depth.Max());
        var scale = near > far ? byte.MaxValue / (near - far) : 0;
        var rgb = new byte[depth.Length * Frame.Channels];
        for (var i = 0; i < rgb.Length; i++)
            rgb[i] = (byte)MathF.Round((depth[i / Frame.Channels] - far) * scale);
        return new Frame(width, height, rgb);
    }
}
