using VideoGrain.Diffusion;

namespace VideoGrain.Editing;

/// <summary>
/// Sizes the UNet cannot take: it halves latents at every level, so sides must be multiples of 2^(levels - 1). Others are enlarged by
/// repeating the last row and column while they are in the network, and cut again behind it.
/// </summary>
internal static class Padding
{
    /// <summary>The smallest side of at least <paramref name="size"/> latents that the UNet takes.</summary>
    public static int Side(StableDiffusion model, int size)
    {
        var multiple = 1 << (model.UNet.Levels - 1);
        return (size + multiple - 1) / multiple * multiple;
    }

    /// <summary>Cuts or enlarges pictures [images, height, width, channels].</summary>
    public static T[] Fit<T>(ReadOnlySpan<T> values, int images, int height, int width, int channels, int newHeight, int newWidth)
    {
        var result = new T[images * newHeight * newWidth * channels];
        for (var image = 0; image < images; image++)
        {
            for (var row = 0; row < newHeight; row++)
            {
                var source = values.Slice((image * height + Math.Min(row, height - 1)) * width * channels, width * channels);
                var target = result.AsSpan((image * newHeight + row) * newWidth * channels, newWidth * channels);
                source[..Math.Min(source.Length, target.Length)].CopyTo(target);
                for (var column = width; column < newWidth; column++) source[^channels..].CopyTo(target[(column * channels)..]);
            }
        }

        return result;
    }
}
