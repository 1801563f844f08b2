using VideoGrain.Diffusion.Clip;
using VideoGrain.Media;
using VideoGrain.Media.Resizing;

namespace VideoGrain.Quality;

/// <summary>A CLIP model on the project's own engine; pictures are brought to its size as Hugging Face's processor does.</summary>
/// <param name="model">The model; stays the caller's.</param>
public sealed class EngineClipModel(ClipModel model) : IClipModel
{
    /// <inheritdoc/>
    public float[] EmbedImage(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var square = Square(frame, model.ImageEncoder.Side);
        var pixels = new float[square.Rgb.Length];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = ((square.Rgb[i] / (float)byte.MaxValue) - model.Norm.Mean[i % Frame.Channels]) / model.Norm.Deviation[i % Frame.Channels];
        return model.EmbedImage(pixels);
    }

    /// <inheritdoc/>
    public float[] EmbedText(string text) => model.EmbedText(text);

    // The short side to the model's size, then the middle.
    private static Frame Square(Frame frame, int side)
    {
        var shortest = Math.Min(frame.Width, frame.Height);
        var (width, height) = ((int)((long)frame.Width * side / shortest), (int)((long)frame.Height * side / shortest));
        return frame.Resize(width, height, ResizeFilter.BicubicAntialiased).Crop((width - side) / 2, (height - side) / 2, side, side);
    }
}
