using System.Security.Cryptography;
using VideoGrain.Media;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>The estimators that need no model.</summary>
internal static class BuiltIns
{
    public const string Canny = "canny";
    public const string SoftEdge = "soft-edge";
    public const string Flow = "pyramidal-flow";

    /// <summary>What all of them are: the code of this service and of the media library, which the compiler numbers by their content.</summary>
    public static string Digest { get; } = DigestOf(typeof(BuiltIns).Module.ModuleVersionId, typeof(Frame).Module.ModuleVersionId);

    /// <summary>SHA-256 over versions of code, lower-case hex.</summary>
    public static string DigestOf(params ReadOnlySpan<Guid> modules)
    {
        using var total = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var module in modules)
            total.AppendData(module.ToByteArray());
        return Convert.ToHexStringLower(total.GetHashAndReset());
    }
}
