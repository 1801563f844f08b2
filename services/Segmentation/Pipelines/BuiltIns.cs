using System.Security.Cryptography;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>The estimators that need no model.</summary>
internal static class BuiltIns
{
    public const string Canny = "canny";
    public const string SoftEdge = "soft-edge";
    public const string Flow = "pyramidal-flow";

    /// <summary>What all of them are: this assembly's code, which the compiler numbers by its content.</summary>
    public static string Digest { get; } = Convert.ToHexStringLower(SHA256.HashData(typeof(BuiltIns).Assembly.ManifestModule.ModuleVersionId.ToByteArray()));
}
