using System.Text.Json;
using VideoGrain.Media;

namespace VideoGrain.Golden.Groups;

/// <summary>Group m: margins, antialiased resize and centre crop of frames; nearest resize of masks.</summary>
public sealed class DatasetRunner : IGroupRunner
{
    /// <inheritdoc/>
    public string Group => "m";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Fields { get; } = ["specs"];

    /// <inheritdoc/>
    public void Run(GoldenCase golden, GoldenContext context)
    {
        int index = 0;
        foreach (JsonElement spec in golden.Json.GetProperty("specs").EnumerateArray())
        {
            JsonElement margins = spec.GetProperty("offset");
            ClipGeometry geometry = new(
                spec.GetProperty("size").GetInt32(), Margin("left"), Margin("right"), Margin("top"), Margin("bottom"));
            IReadOnlyList<Frame> clip = Frames(golden, $"in_{index}");
            Assert.Equal((spec.GetProperty("height").GetInt32(), spec.GetProperty("width").GetInt32()), (clip[0].Height, clip[0].Width));
            (float[] scaled, int height, int width) = geometry.Scale(clip);
            Assert.Equal([Frame.Channels, clip.Count, height, width], golden.Shape($"scaled_{index}"));
            context.Report.Compare(golden, $"scaled_{index}", scaled, golden.Floats($"scaled_{index}"));
            context.Report.Compare(golden, $"out_{index}", geometry.Prepare(clip), golden.Floats($"out_{index}"));
            index++;

            int Margin(string side) => margins.GetProperty(side).GetInt32();
        }

        int[] shape = golden.Shape("mask_in");
        Mask mask = ClipGeometry.ToLatent(new Mask(shape[1], shape[0], golden.Bytes("mask_in")));
        Assert.Equal([mask.Height, mask.Width], golden.Shape("mask_out"));
        context.Report.CompareExact(golden, "mask_out", mask.Set, golden.Bytes("mask_out"));
    }

    private static Frame[] Frames(GoldenCase golden, string tensor)
    {
        int[] shape = golden.Shape(tensor);
        return [.. golden.Bytes(tensor).Chunk(shape[1] * shape[2] * shape[3]).Select(rgb => new Frame(shape[2], shape[1], rgb))];
    }
}
