using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>Finds and loads libonnxruntime.</summary>
internal static class NativeLibraryLocator
{
    /// <summary>Environment variable with the full path of the library; when set, nothing else is tried.</summary>
    public const string PathVariable = "VIDEOGRAIN_ONNXRUNTIME";

    private const string FileName = "libonnxruntime.so.1";
    private static readonly string RelativePath = Path.Combine("artifacts", "native", FileName);
    private static readonly string[] LoaderNames = [FileName, "libonnxruntime.so", "onnxruntime"];

    /// <summary>Loads the library.</summary>
    /// <param name="path">What was loaded: a path, or a name that the system's loader resolved.</param>
    /// <returns>The library's handle.</returns>
    /// <exception cref="DllNotFoundException">It is nowhere; the message says where it was looked for and how to get it.</exception>
    public static nint Load(out string path)
    {
        var configured = Environment.GetEnvironmentVariable(PathVariable);
        var candidates = string.IsNullOrEmpty(configured) ? [.. FilesUpwards(), .. LoaderNames] : new[] { configured };
        var failures = new List<string>();
        foreach (var candidate in candidates)
        {
            if (TryLoad(candidate, out var handle, out var failure))
            {
                path = candidate;
                return handle;
            }

            failures.Add(failure);
        }

        throw new DllNotFoundException(
            $"The ONNX Runtime library was not found. Run eng/onnxruntime.sh to install it into {RelativePath}, "
            + $"or set {PathVariable} to the full path of {FileName}. Tried: {string.Join("; ", failures)}");
    }

    // The repository root is above the build output, so a service started from its own folder finds the library too.
    private static IEnumerable<string> FilesUpwards()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            var beside = Path.Combine(folder.FullName, FileName);
            if (File.Exists(beside))
                yield return beside;
            var file = Path.Combine(folder.FullName, RelativePath);
            if (File.Exists(file))
                yield return file;
        }
    }

    private static bool TryLoad(string candidate, out nint handle, [NotNullWhen(false)] out string? failure)
    {
        try
        {
            handle = NativeLibrary.Load(candidate);
            failure = null;
            return true;
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            handle = 0;
            failure = $"{candidate} ({error.Message.Split('\n')[0].Trim()})";
            return false;
        }
    }
}
