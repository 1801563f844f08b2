using VideoGrain.Media.Resizing;

namespace VideoGrain.Media;

/// <summary>
/// How the published data set loader brings a clip to the model's square: cut margins off, shrink or grow the short side to
/// <paramref name="Size"/>, cut the square out of the middle.
/// </summary>
/// <param name="Size">Side of the square in pixels; at least 1.</param>
/// <param name="Left">Columns cut off on the left before resizing; 0 or more.</param>
/// <param name="Right">Columns cut off on the right; 0 or more.</param>
/// <param name="Top">Rows cut off at the top; 0 or more.</param>
/// <param name="Bottom">Rows cut off at the bottom; 0 or more.</param>
public sealed record ClipGeometry(int Size, int Left = 0, int Right = 0, int Top = 0, int Bottom = 0)
{
    /// <summary>The side of a latent in pixels: masks are drawn for the square and brought to an eighth of their own size.</summary>
    public const int LatentStride = 8;

    private const float HalfRange = 127.5f;

    /// <summary>Frames as the model sees them before the centre crop.</summary>
    /// <param name="clip">Frames of one size.</param>
    /// <returns>The samples (3, frames, height, width) in -1..1, and the scaled height and width.</returns>
    /// <exception cref="MediaException">The margins leave nothing.</exception>
    public (float[] Samples, int Height, int Width) Scale(IReadOnlyList<Frame> clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        ArgumentOutOfRangeException.ThrowIfLessThan(Size, 1);
        (int height, int width) = ScaledSize(clip[0].Height, clip[0].Width);
        float[] all = new float[(long)Frame.Channels * clip.Count * height * width];
        for (int f = 0; f < clip.Count; f++)
        {
            Frame cut = CutMargins(clip[f]);
            float[] source = Array.ConvertAll(cut.Rgb, b => b / HalfRange - 1);
            float[] scaled = Resizer.Resize(source, cut.Width, cut.Height, Frame.Channels, width, height, ResizeFilter.BilinearAntialiased);
            for (int c = 0; c < Frame.Channels; c++)
            {
                for (int p = 0; p < height * width; p++)
                    all[(c * clip.Count + f) * height * width + p] = scaled[p * Frame.Channels + c];
            }
        }

        return (all, height, width);
    }

    /// <summary>Frames as the model sees them.</summary>
    /// <param name="clip">Frames of one size.</param>
    /// <returns>(3, frames, Size, Size) in -1..1.</returns>
    /// <exception cref="MediaException">The margins leave nothing.</exception>
    public float[] Prepare(IReadOnlyList<Frame> clip)
    {
        (float[] scaled, int height, int width) = Scale(clip);
        int top = (height - Size) / 2, left = (width - Size) / 2;
        float[] square = new float[(long)Frame.Channels * clip.Count * Size * Size];
        for (int plane = 0; plane < Frame.Channels * clip.Count; plane++)
        {
            for (int y = 0; y < Size; y++)
                scaled.AsSpan((plane * height + top + y) * width + left, Size).CopyTo(square.AsSpan((plane * Size + y) * Size));
        }

        return square;
    }

    /// <summary>The same as 8-bit frames.</summary>
    /// <param name="clip">The clip.</param>
    /// <returns>Frames of Size x Size pixels.</returns>
    /// <exception cref="MediaException">The margins leave nothing.</exception>
    public VideoFrames PrepareFrames(VideoFrames clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        (int height, int width) = ScaledSize(clip.Height, clip.Width);
        int top = (height - Size) / 2, left = (width - Size) / 2;
        return clip.Select(f => CutMargins(f).Resize(width, height, ResizeFilter.BilinearAntialiased).Crop(left, top, Size, Size));
    }

    /// <summary>A mask at latent resolution: any non-zero pixel counts, nearest resampling of the mask's own size to an eighth.</summary>
    /// <param name="mask">A mask drawn for the square; at least 8 x 8 pixels.</param>
    /// <returns>The mask at an eighth of its width and height, rounded down.</returns>
    public static Mask ToLatent(Mask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        return mask.Resize(mask.Width / LatentStride, mask.Height / LatentStride);
    }

    private (int Height, int Width) ScaledSize(int frameHeight, int frameWidth)
    {
        (int height, int width) = (frameHeight - Top - Bottom, frameWidth - Left - Right);
        if (Left < 0 || Right < 0 || Top < 0 || Bottom < 0 || height < 1 || width < 1)
            throw new MediaException(MediaError.SizeMismatch, $"The margins leave nothing of a frame of {frameWidth} x {frameHeight} pixels.");
        return height < width ? (Size, (int)((long)Size * width / height)) : ((int)((long)Size * height / width), Size);
    }

    private Frame CutMargins(Frame frame) => frame.Crop(Left, Top, frame.Width - Left - Right, frame.Height - Top - Bottom);
}
