using System.Security.Cryptography;
using System.Text;

namespace VideoGrain.ServiceDefaults.Models;

/// <summary>Digest of a model's files: equal digests mean equal results.</summary>
internal static class ModelDigest
{
    private static readonly string[] Endings = [".safetensors", ".json", ".txt"];

    // Folders that a diffusion model's results depend on; others (judges, training recipes) may change freely.
    private static readonly string[] Parts = ["unet", "vae", "text_encoder", "tokenizer", "scheduler", "controlnet"];

    /// <summary>SHA-256, lower-case hex, over names and contents in the order of their names.</summary>
    public static string Compute(string folder)
    {
        using var total = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in Files(folder))
        {
            using var stream = File.OpenRead(path);
            total.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(folder, path).Replace('\\', '/') + "\n"));
            total.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(total.GetHashAndReset());
    }

    private static IEnumerable<string> Files(string folder) => Parts
        .Select(part => Path.Combine(folder, part))
        .Where(Directory.Exists)
        .SelectMany(part => Directory.EnumerateFiles(part, "*", SearchOption.AllDirectories))
        .Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.Ordinal))
        .Order(StringComparer.Ordinal);
}
