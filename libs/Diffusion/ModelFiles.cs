using VideoGrain.Diffusion.Safetensors;

namespace VideoGrain.Diffusion;

/// <summary>Finds a component's weights in its folder.</summary>
internal static class ModelFiles
{
    /// <summary>Name of the configuration in every component's folder.</summary>
    public const string Config = "config.json";

    // Half precision first: it is smaller, and a folder that has both holds the same weights twice.
    private static readonly string[] Suffixes = [".fp16.safetensors", ".safetensors"];

    /// <summary>Opens the safetensors file of a component.</summary>
    /// <param name="folder">The component's folder.</param>
    /// <param name="stems">File names without ending, in order of preference.</param>
    /// <exception cref="ModelFormatException">There is none, or it is damaged.</exception>
    public static SafetensorsFile OpenWeights(string folder, params ReadOnlySpan<string> stems)
    {
        foreach (var stem in stems)
        {
            foreach (var suffix in Suffixes)
            {
                var path = Path.Combine(folder, stem + suffix);
                if (File.Exists(path)) return SafetensorsFile.Open(path);
            }
        }

        throw new ModelFormatException(folder, null, $"holds no {stems[0]}.safetensors; pickled weights (.bin, .ckpt) are never read");
    }
}
