using VideoGrain.Media;
using VideoGrain.Media.Resizing;

namespace VideoGrain.Segmentation.Models;

/// <summary>A frame as a model takes it, and the way back from the model's pixels to the frame's.</summary>
internal sealed class ModelInput
{
    private ModelInput(InputProfile profile, float[] values, double columns, double rows)
        => (Profile, Values, Columns, Rows) = (profile, values, columns, rows);

    /// <summary>How the network takes a frame.</summary>
    public InputProfile Profile { get; }

    /// <summary>(3, height, width).</summary>
    public float[] Values { get; }

    /// <summary>Fraction of the model's columns that the frame fills, above 0, at most 1.</summary>
    public double Columns { get; }

    /// <summary>Fraction of the model's rows that the frame fills, above 0, at most 1.</summary>
    public double Rows { get; }

    /// <summary>The same frame, for outputs in which no padding is left.</summary>
    public ModelInput Filled() => new(Profile, Values, 1, 1);

    /// <summary>Fits a frame to a network.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="profile">How the network takes it.</param>
    /// <param name="values">Where the values go, of their number exactly; null takes new memory.</param>
    public static ModelInput Of(Frame frame, InputProfile profile, float[]? values = null)
    {
        var (width, height) = (profile.Width, profile.Height);
        if (profile.Fit == InputFits.Letterbox)
        {
            var scale = Math.Min((double)profile.Width / frame.Width, (double)profile.Height / frame.Height);
            width = Math.Clamp((int)Math.Round(frame.Width * scale), 1, profile.Width);
            height = Math.Clamp((int)Math.Round(frame.Height * scale), 1, profile.Height);
        }

        var fitted = frame.Resize(width, height, ResizeFilter.BilinearAntialiased);
        var plane = profile.Width * profile.Height;
        values ??= new float[Frame.Channels * plane];
        for (var channel = 0; channel < Frame.Channels; channel++)
        {
            // The profile lists mean and std as red, green, blue whatever the order in the tensor.
            var source = profile.Channels == "rgb" ? channel : Frame.Channels - 1 - channel;
            var factor = (float)(profile.Range / byte.MaxValue / profile.Std[source]);
            var offset = (float)(profile.Mean[source] / profile.Std[source]);
            if (width < profile.Width || height < profile.Height)
                values.AsSpan(channel * plane, plane).Fill((profile.Padding * factor) - offset);
            for (var y = 0; y < height; y++)
            {
                var from = fitted.Rgb.AsSpan(y * width * Frame.Channels, width * Frame.Channels);
                var to = values.AsSpan((channel * plane) + (y * profile.Width), width);
                for (var x = 0; x < to.Length; x++)
                    to[x] = (from[(x * Frame.Channels) + source] * factor) - offset;
            }
        }

        return new ModelInput(profile, values, (double)width / profile.Width, (double)height / profile.Height);
    }
}
