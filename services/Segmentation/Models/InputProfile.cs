namespace VideoGrain.Segmentation.Models;

/// <summary>How a network takes a frame: value = (byte / 255 * range - mean) / std.</summary>
internal sealed record InputProfile
{
    /// <summary>Name of the input tensor, [1, 3, height, width].</summary>
    public required string Name { get; init; }

    /// <summary>Name of the input tensor of the next frame, for networks that compare two; empty for others.</summary>
    public string Next { get; init; } = "";

    /// <summary>Rows, 1 or more.</summary>
    public required int Height { get; init; }

    /// <summary>Columns, 1 or more.</summary>
    public required int Width { get; init; }

    /// <summary>Range of the values before normalisation: 1 (bytes divided by 255) or 255 (bytes as they are).</summary>
    public double Range { get; init; } = 1;

    /// <summary>Mean per channel in the units of <see cref="Range"/>; red, green, blue.</summary>
    public List<double> Mean { get; init; } = [0, 0, 0];

    /// <summary>Standard deviation per channel in the units of <see cref="Range"/>, above 0.</summary>
    public List<double> Std { get; init; } = [1, 1, 1];

    /// <summary>Order of the channels: <c>rgb</c> or <c>bgr</c>.</summary>
    public string Channels { get; init; } = "rgb";

    /// <summary>
    /// How a frame is fitted: <c>stretch</c>; <c>letterbox</c> (aspect ratio kept, padded at the right and the bottom); <c>windows</c>
    /// (aspect ratio and scale kept, overlapping windows along the longer side).
    /// </summary>
    public string Fit { get; init; } = InputFits.Stretch;

    /// <summary>Byte that letterboxes are padded with.</summary>
    public int Padding { get; init; } = 114;
}
