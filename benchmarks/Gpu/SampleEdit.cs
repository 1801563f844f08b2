using VideoGrain.Editing;

namespace VideoGrain.Gpu.Benchmarks;

/// <summary>An edit of two regions of a clip that is drawn here.</summary>
internal static class SampleEdit
{
    /// <summary>What the clip is said to show.</summary>
    public const string Source = "a red circle and a blue star on grass";

    private const string Target = "a yellow circle and a green heart on grass";

    /// <summary>A ramp of colours that moves.</summary>
    public static RgbClip Clip(int frames, int side)
    {
        var pixels = new byte[frames * side * side * 3];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)((i / 3 % side) + (i / (side * side * 3)) + (i % 3 * 40));
        return new RgbClip(frames, side, side, pixels);
    }

    /// <summary>The edit of an inverted clip.</summary>
    public static EditRequest Request(InversionResult inverted, EditOptions options, RgbClip? control, int side) => new()
    {
        Prompt = Target,
        Regions =
        [
            new("a yellow circle", Box(inverted.Inverted.Frames, side, side / 8)),
            new("a green heart", Box(inverted.Inverted.Frames, side, side * 5 / 8)),
        ],
        Options = options,
        Inverted = inverted.Inverted,
        Source = inverted.Source,
        Control = control,
    };

    private static LayoutMask Box(int frames, int side, int left)
    {
        var values = new byte[frames * side * side];
        for (var i = 0; i < values.Length; i++)
        {
            var (row, column) = (i / side % side, i % side);
            values[i] = row >= side / 4 && row < side * 3 / 4 && column >= left && column < left + (side / 4) ? (byte)1 : (byte)0;
        }

        return new LayoutMask(frames, side, side, values);
    }
}
