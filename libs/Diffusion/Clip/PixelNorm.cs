using VideoGrain.Diffusion.Configuration;

namespace VideoGrain.Diffusion.Clip;

/// <summary>How an image tower wants its pixels: (value / 255 - mean) / deviation, per channel red, green, blue.</summary>
/// <param name="Mean">Three means, of values from 0 to 1.</param>
/// <param name="Deviation">Three standard deviations, above 0.</param>
public sealed record PixelNorm(IReadOnlyList<float> Mean, IReadOnlyList<float> Deviation)
{
    private const string FileName = "preprocessor_config.json";

    /// <summary>What every published CLIP was trained with.</summary>
    public static PixelNorm Published { get; } = new([0.48145466f, 0.4578275f, 0.40821073f], [0.26862954f, 0.26130258f, 0.27577711f]);

    /// <summary>Reads preprocessor_config.json; a model without one gets <see cref="Published"/>.</summary>
    internal static PixelNorm Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return Published;
        var json = JsonConfig.Read(path);
        json.RequireBool("do_normalize", true);
        var norm = new PixelNorm(
            json.OptionalFloatList("image_mean", ImageEncoderWeights.Channels) ?? Published.Mean,
            json.OptionalFloatList("image_std", ImageEncoderWeights.Channels) ?? Published.Deviation);
        if (norm.Mean.Count != ImageEncoderWeights.Channels) throw json.Fail("image_mean", $"lists {norm.Mean.Count} values, {ImageEncoderWeights.Channels} are needed");
        if (norm.Deviation.Count != ImageEncoderWeights.Channels || norm.Deviation.Any(d => d <= 0))
            throw json.Fail("image_std", $"must be {ImageEncoderWeights.Channels} values above 0");
        return norm;
    }
}
