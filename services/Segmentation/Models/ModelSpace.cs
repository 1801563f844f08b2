using VideoGrain.Media;
using VideoGrain.Media.Resizing;

namespace VideoGrain.Segmentation.Models;

/// <summary>The way from a model's grid back to the frame's pixels, padding left out.</summary>
internal static class ModelSpace
{
    /// <summary>Brings planes to the frame's size, bilinear.</summary>
    /// <param name="planes">(channels, rows, columns), covering the model's whole input.</param>
    /// <param name="channels">Number of planes.</param>
    /// <param name="rows">Rows of a plane.</param>
    /// <param name="columns">Columns of a plane.</param>
    /// <param name="input">How the frame was fitted.</param>
    /// <param name="width">Columns of the frame.</param>
    /// <param name="height">Rows of the frame.</param>
    /// <returns>(height, width, channels).</returns>
    public static float[] ToFrame(ReadOnlySpan<float> planes, int channels, int rows, int columns, ModelInput input, int width, int height)
    {
        var (usedRows, usedColumns, interleaved) = Used(planes, channels, rows, columns, input);
        return (usedRows, usedColumns) == (height, width)
            ? interleaved
            : Resizer.Resize(interleaved, usedColumns, usedRows, channels, width, height, ResizeFilter.Bilinear);
    }

    /// <summary>The part of planes that the frame fills.</summary>
    /// <param name="planes">(channels, rows, columns), covering the model's whole input.</param>
    /// <param name="channels">Number of planes.</param>
    /// <param name="rows">Rows of a plane.</param>
    /// <param name="columns">Columns of a plane.</param>
    /// <param name="input">How the frame was fitted.</param>
    /// <returns>Rows and columns of the part, and its values (rows, columns, channels).</returns>
    public static (int Rows, int Columns, float[] Values) Used(ReadOnlySpan<float> planes, int channels, int rows, int columns, ModelInput input)
    {
        var (usedRows, usedColumns) = (Math.Max(1, (int)Math.Round(rows * input.Rows)), Math.Max(1, (int)Math.Round(columns * input.Columns)));
        var interleaved = new float[usedRows * usedColumns * channels];
        for (var c = 0; c < channels; c++)
        {
            for (var y = 0; y < usedRows; y++)
            {
                for (var x = 0; x < usedColumns; x++)
                    interleaved[(((y * usedColumns) + x) * channels) + c] = planes[(((c * rows) + y) * columns) + x];
            }
        }

        return (usedRows, usedColumns, interleaved);
    }

    /// <summary>The pixels whose value is above a threshold, in the frame's size, within a box of it.</summary>
    /// <param name="plane">(rows, columns), covering the model's whole input.</param>
    /// <param name="rows">Rows of the plane.</param>
    /// <param name="columns">Columns of the plane.</param>
    /// <param name="input">How the frame was fitted.</param>
    /// <param name="width">Columns of the frame.</param>
    /// <param name="height">Rows of the frame.</param>
    /// <param name="threshold">Values above it are inside.</param>
    /// <param name="box">What lies outside it is not inside; null takes the whole frame.</param>
    public static Mask ToMask(
        ReadOnlySpan<float> plane, int rows, int columns, ModelInput input, int width, int height, float threshold, FrameBox? box = null)
    {
        var values = ToFrame(plane, 1, rows, columns, input, width, height);
        var set = new byte[values.Length];
        for (var i = 0; i < set.Length; i++)
        {
            if (values[i] > threshold && (box == null || box.Value.Contains(i % width, i / width)))
                set[i] = 1;
        }

        return new Mask(width, height, set);
    }

    /// <summary>A box of the model's input in the frame's pixels.</summary>
    public static FrameBox ToFrame(double left, double top, double right, double bottom, ModelInput input, int width, int height)
    {
        var (sx, sy) = (width / (input.Profile.Width * input.Columns), height / (input.Profile.Height * input.Rows));
        return new FrameBox(left * sx, top * sy, right * sx, bottom * sy);
    }
}
