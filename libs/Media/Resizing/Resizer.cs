using System.Numerics;

namespace VideoGrain.Media.Resizing;

/// <summary>Separable resampling of pictures.</summary>
public static class Resizer
{
    /// <summary>Resamples interleaved samples, columns first, then rows, in fp32 and without rounding.</summary>
    /// <param name="source">(height, width, channels).</param>
    /// <param name="width">Source pixels per row; at least 1.</param>
    /// <param name="height">Source rows; at least 1.</param>
    /// <param name="channels">Samples per pixel; at least 1.</param>
    /// <param name="newWidth">Target pixels per row; at least 1.</param>
    /// <param name="newHeight">Target rows; at least 1.</param>
    /// <param name="filter">The filter.</param>
    /// <returns>(newHeight, newWidth, channels).</returns>
    /// <exception cref="ArgumentException">A size below 1, or a buffer that does not fit.</exception>
    public static float[] Resize(
        ReadOnlySpan<float> source, int width, int height, int channels, int newWidth, int newHeight, ResizeFilter filter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(newWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(newHeight, 1);
        if (source.Length != (long)width * height * channels)
            throw new ArgumentException($"The buffer holds {source.Length} samples, not {(long)width * height * channels}.", nameof(source));
        AxisWeights columns = AxisWeights.Create(width, newWidth, filter), rows = AxisWeights.Create(height, newHeight, filter);
        float[] wide = new float[(long)height * newWidth * channels];
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<float> row = source.Slice(y * width * channels, width * channels);
            Span<float> to = wide.AsSpan(y * newWidth * channels, newWidth * channels);
            for (int x = 0; x < newWidth; x++)
            {
                float[] weights = columns.Weights[x];
                ReadOnlySpan<float> from = row.Slice(columns.First[x] * channels, weights.Length * channels);
                if (channels == Frame.Channels)
                    SumPixels(weights, from, to[(x * Frame.Channels)..]);
                else
                    Sum(weights, from, to.Slice(x * channels, channels));
            }
        }

        int stride = newWidth * channels;
        float[] result = new float[(long)newHeight * stride];
        for (int y = 0; y < newHeight; y++)
        {
            Span<float> to = result.AsSpan(y * stride, stride);
            for (int k = 0; k < rows.Weights[y].Length; k++)
            {
                ReadOnlySpan<float> from = wide.AsSpan((rows.First[y] + k) * stride, stride);
                Add(rows.Weights[y][k], from, to);
            }
        }

        return result;
    }

    /// <summary>Resamples a frame and rounds to 8 bits.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="width">Target pixels per row; at least 1.</param>
    /// <param name="height">Target rows; at least 1.</param>
    /// <param name="filter">The filter.</param>
    /// <returns>The frame in its new size; the same object when the size does not change.</returns>
    public static Frame Resize(this Frame frame, int width, int height, ResizeFilter filter)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (frame.Width == width && frame.Height == height)
            return frame;
        float[] source = Widen(frame.Rgb);
        float[] result = Resize(source, frame.Width, frame.Height, Frame.Channels, width, height, filter);
        return new Frame(width, height, Array.ConvertAll(result, v => (byte)Math.Clamp(MathF.Round(v), byte.MinValue, byte.MaxValue)));
    }

    /// <summary>Cuts a rectangle out of a frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="left">First column; from 0.</param>
    /// <param name="top">First row; from 0.</param>
    /// <param name="width">Columns; at least 1, inside the frame.</param>
    /// <param name="height">Rows; at least 1, inside the frame.</param>
    /// <returns>The part.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rectangle leaves the frame.</exception>
    public static Frame Crop(this Frame frame, int left, int top, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (left < 0 || top < 0 || width < 1 || height < 1 || left > frame.Width - width || top > frame.Height - height)
            throw new ArgumentOutOfRangeException(nameof(left), $"{width} x {height} at ({left}, {top}) leaves {frame.Width} x {frame.Height}.");
        byte[] rgb = new byte[width * height * Frame.Channels];
        for (int y = 0; y < height; y++)
            frame.Rgb.AsSpan(((top + y) * frame.Width + left) * Frame.Channels, width * Frame.Channels).CopyTo(rgb.AsSpan(y * width * Frame.Channels));
        return new Frame(width, height, rgb);
    }

    private static void Sum(float[] weights, ReadOnlySpan<float> from, Span<float> to)
    {
        for (int k = 0; k < weights.Length; k++)
        {
            for (int c = 0; c < to.Length; c++)
                to[c] += weights[k] * from[k * to.Length + c];
        }
    }

    // The same for three channels, which most pictures have, without touching memory for every product.
    private static void SumPixels(float[] weights, ReadOnlySpan<float> from, Span<float> to)
    {
        float red = 0, green = 0, blue = 0;
        for (int k = 0; k < weights.Length; k++)
        {
            ReadOnlySpan<float> pixel = from.Slice(k * Frame.Channels, Frame.Channels);
            red += weights[k] * pixel[0];
            green += weights[k] * pixel[1];
            blue += weights[k] * pixel[2];
        }

        (to[0], to[1], to[2]) = (red, green, blue);
    }

    private static void Add(float weight, ReadOnlySpan<float> from, Span<float> to)
    {
        int i = 0;
        for (; i <= to.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(to[i..]) + (weight * new Vector<float>(from[i..]))).CopyTo(to[i..]);
        for (; i < to.Length; i++)
            to[i] += weight * from[i];
    }

    private static float[] Widen(byte[] bytes)
    {
        float[] values = new float[bytes.Length];
        int i = 0;
        for (; i <= bytes.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(bytes, i), out Vector<ushort> low, out Vector<ushort> high);
            Store(low, i);
            Store(high, i + Vector<ushort>.Count);
        }

        for (; i < bytes.Length; i++)
            values[i] = bytes[i];
        return values;

        void Store(Vector<ushort> part, int at)
        {
            Vector.Widen(part, out Vector<uint> low, out Vector<uint> high);
            Vector.ConvertToSingle(low).CopyTo(values, at);
            Vector.ConvertToSingle(high).CopyTo(values, at + Vector<uint>.Count);
        }
    }
}
