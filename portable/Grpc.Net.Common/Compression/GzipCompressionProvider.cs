using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>Compresses messages with gzip.</summary>
public sealed class GzipCompressionProvider : ICompressionProvider
{
    private readonly CompressionLevel _defaultCompressionLevel;

    /// <summary>Creates a provider.</summary>
    /// <param name="defaultCompressionLevel">Effort where a call does not say otherwise.</param>
    public GzipCompressionProvider(CompressionLevel defaultCompressionLevel) => _defaultCompressionLevel = defaultCompressionLevel;

    /// <inheritdoc/>
    public string EncodingName => "gzip";

    /// <inheritdoc/>
    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        new GZipStream(stream, compressionLevel ?? _defaultCompressionLevel, leaveOpen: true);

    /// <inheritdoc/>
    public Stream CreateDecompressionStream(Stream stream) => new GZipStream(stream, CompressionMode.Decompress);
}
