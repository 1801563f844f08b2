using System.Globalization;
using System.Text.RegularExpressions;

namespace VideoGrain.Golden.Groups;

/// <summary>Finds what the golden data call an inner result of the UNet among the layers that the port reports.</summary>
internal static partial class InnerResult
{
    public static float[] Find(string name, IReadOnlyDictionary<string, float[]> results, int levels)
    {
        if (name == "time_emb") return results["time_embedding"];
        if (name == "conv_in") return results["conv_in"];
        if (name == "mid") return results["mid_block.resnets.1"];
        if (Block().Match(name) is { Success: true } block) return LastOf(block.Groups["side"].Value, Number(block, "block"), results, levels);
        if (Layer().Match(name) is not { Success: true } layer) throw new NotSupportedException($"inner result {name} is not understood");

        var side = layer.Groups["side"].Value == "d" ? "down" : "up";
        var kind = layer.Groups["kind"].Value == "attn" ? "attentions" : "resnets";
        var prefix = $"{side}_blocks.{Number(layer, "block")}.{kind}.{Number(layer, "index")}";
        var inner = $"{prefix}.transformer_blocks.0";

        // The port reports sums with the residual branch; what a sub-layer adds is the difference of two of them.
        return layer.Groups["part"].Value switch
        {
            "" => results[prefix],
            "norm1" => results[$"{inner}.norm1"],
            "self" => Difference(results[$"{inner}.attn1"], results[$"{prefix}.proj_in"]),
            "cross" => Difference(results[$"{inner}.attn2"], results[$"{inner}.attn1"]),
            "ff" => Difference(results[$"{inner}.ff"], results[$"{inner}.attn2"]),
            _ => results[$"{inner}.ff"],
        };
    }

    /// <summary>A block's result is that of its resampler or, on the outermost and innermost level, of its last layer.</summary>
    private static float[] LastOf(string side, int index, IReadOnlyDictionary<string, float[]> results, int levels)
    {
        var prefix = $"{side}_blocks.{index}";
        if (index < levels - 1) return results[$"{prefix}.{side}samplers.0"];
        foreach (var kind in new[] { "attentions", "resnets" })
        {
            var last = results.Keys.Where(key => Regex.IsMatch(key, $@"^{Regex.Escape(prefix)}\.{kind}\.\d+$")).Order(StringComparer.Ordinal).LastOrDefault();
            if (last is not null) return results[last];
        }

        throw new NotSupportedException($"{prefix} reported no layer");
    }

    private static float[] Difference(float[] sum, float[] input) => [.. sum.Zip(input, (a, b) => a - b)];

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<side>down|up)(?<block>\d+)$")]
    private static partial Regex Block();

    [GeneratedRegex(@"^(?<side>[du])(?<block>\d+)_(?<kind>resnet|attn)(?<index>\d+)(_(?<part>norm1|self|cross|ff|block))?$")]
    private static partial Regex Layer();
}
