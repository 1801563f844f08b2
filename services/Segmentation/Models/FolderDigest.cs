using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using VideoGrain.Segmentation.Pipelines;

namespace VideoGrain.Segmentation.Models;

/// <summary>Digest of all that a model's results depend on besides the request: equal digests mean equal results.</summary>
internal static class FolderDigest
{
    private const string Version = "perception/1";

    /// <summary>SHA-256 over the folder's files, the code that reads them, the library that runs them and where it does.</summary>
    /// <param name="folder">Folder of the profile.</param>
    /// <param name="provider">Execution provider.</param>
    /// <returns>Lower-case hex; empty when it cannot be told, because files go away or the library is not installed.</returns>
    public static string Compute(string folder, string provider)
    {
        try
        {
            using var total = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            void Add(string text) => total.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
            Add(Version);
            Add(BuiltIns.Digest);
            Add(OrtEnv.Instance().GetVersionString());
            Add(provider);
            var files = FolderStamp.Files(folder);
            foreach (var (name, path) in files.Select(f => (Path.GetRelativePath(folder, f.FullName).Replace('\\', '/'), f.FullName)))
            {
                using var stream = File.OpenRead(path);
                Add(name);
                total.AppendData(SHA256.HashData(stream));
            }

            return files.Count > 0 ? Convert.ToHexStringLower(total.GetHashAndReset()) : "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DllNotFoundException or TypeInitializationException)
        {
            return "";
        }
    }
}
