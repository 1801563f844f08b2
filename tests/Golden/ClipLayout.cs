namespace VideoGrain.Golden;

/// <summary>Reorders arrays between the layout of the golden data and the port's.</summary>
public static class ClipLayout
{
    /// <summary>(b, c, f, h, w) to [b * f, h, w, c].</summary>
    /// <param name="values">The array.</param>
    /// <param name="shape">Its five sizes.</param>
    public static float[] ToImages(ReadOnlySpan<float> values, ReadOnlySpan<int> shape)
    {
        int batch = shape[0], channels = shape[1], frames = shape[2], pixels = shape[3] * shape[4];
        var result = new float[values.Length];
        for (var b = 0; b < batch; b++)
        {
            for (var c = 0; c < channels; c++)
            {
                for (var f = 0; f < frames; f++)
                {
                    var source = values.Slice(((b * channels + c) * frames + f) * pixels, pixels);
                    var target = (b * frames + f) * pixels * channels + c;
                    for (var p = 0; p < pixels; p++) result[target + p * channels] = source[p];
                }
            }
        }

        return result;
    }

    /// <summary>(n, c, h, w) to [n, h, w, c].</summary>
    public static float[] ToChannelsLast(ReadOnlySpan<float> values, ReadOnlySpan<int> shape) =>
        ToImages(values, [shape[0], shape[1], 1, shape[2], shape[3]]);
}
