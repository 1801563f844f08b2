using VideoGrain.Media;

namespace VideoGrain.Quality;

/// <summary>A model that embeds pictures and texts in one space, such as CLIP.</summary>
public interface IClipModel
{
    /// <summary>Embeds a picture.</summary>
    /// <param name="frame">The picture, of any size.</param>
    /// <returns>The embedding, of any length above 0, not necessarily normalised.</returns>
    float[] EmbedImage(Frame frame);

    /// <summary>Embeds a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The embedding, of the length of the pictures'.</returns>
    float[] EmbedText(string text);
}
