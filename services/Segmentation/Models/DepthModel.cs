using Microsoft.ML.OnnxRuntime;
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

    /// <summary>Role of the output that it reads.</summary>
    public const string Output = "depth";

    /// <summary>Draws a frame's depth map, in the frame's size.</summary>
    public Frame Draw(Frame frame, CancellationToken cancellationToken)
    {
        var profile = model.Profile;
        var input = ModelInput.Of(frame, profile.Input);
        return model.Run(input.Values, [profile.Outputs[Output]], outputs => Read(outputs[0], input, profile, frame.Width, frame.Height), cancellationToken);
    }

    private static Frame Read(OrtValue output, ModelInput input, ModelProfile profile, int width, int height)
    {
        var rank = output.GetTensorTypeAndShape().DimensionsCount;
        var shape = rank == 4 ? output.Require(profile, Output, 1, 1, -1, -1) : output.Require(profile, Output, 1, -1, -1);
        var depth = ModelSpace.ToFrame(output.GetTensorDataAsSpan<float>(), 1, (int)shape[^2], (int)shape[^1], input, width, height);
        var (far, near) = (depth.Min(), depth.Max());
        var scale = near > far ? byte.MaxValue / (near - far) : 0;
        var rgb = new byte[depth.Length * Frame.Channels];
        for (var i = 0; i < rgb.Length; i++)
            rgb[i] = (byte)MathF.Round((depth[i / Frame.Channels] - far) * scale);
        return new Frame(width, height, rgb);
    }
}
