using VideoGrain.Diffusion.Safetensors;

namespace VideoGrain.Diffusion;

/// <summary>Finds a component's weights in its folder.</summary>
internal static class ModelFiles
{
    /// <summary>Name of the configuration in every component's folder.</summary>
    public const string Config = "config.json";

    // A folder that has both holds the same weights twice; the plain name is the one of higher precision.
    private static readonly string[] Suffixes = [".safetensors", ".fp16.safetensors"];

    /// <summary>Opens the safetensors file of a component.</summary>
    /// <param name="folder">The component's folder.</param>
    /// <param name="stem">File name without ending.</param>
    /// <exception cref="ModelFormatException">There is none, or it is damaged.</exception>
    public static SafetensorsFile OpenWeights(string folder, string stem)
    {
        foreach (var suffix in Suffixes)
        {
            var path = Path.Combine(folder, stem + suffix);
            if (File.Exists(path)) return SafetensorsFile.Open(path);
        }

        throw new ModelFormatException(folder, null, $"holds no {stem}.safetensors; pickled weights (.bin, .ckpt) are never read");
    }
}
