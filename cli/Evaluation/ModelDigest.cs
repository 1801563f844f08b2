using System.Security.Cryptography;

namespace VideoGrain.Cli.Evaluation;

/// <summary>Digests of what an edit depends on in a model folder.</summary>
/// <param name="model">The model's folder.</param>
internal sealed class ModelDigest(string model)
{
    private static readonly string[] Parts = ["scheduler", "text_encoder", "tokenizer", "unet", "vae"];

    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    /// <summary>Of everything but ControlNets, and of the one that is used.</summary>
    /// <param name="controlType">Name of the ControlNet; empty for none.</param>
    public string Of(string controlType) =>
        _known.TryGetValue(controlType, out string? known) ? known
        : _known[controlType] = string.Join(' ', Parts.Concat(controlType.Length == 0 ? [] : [Path.Combine("controlnet", controlType)]).SelectMany(FilesOf).Select(File));

    /// <summary>Of one file.</summary>
    public static string File(string path)
    {
        using FileStream stream = System.IO.File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private IEnumerable<string> FilesOf(string part) => Directory.EnumerateFiles(Path.Combine(model, part)).Order(StringComparer.Ordinal);
}
