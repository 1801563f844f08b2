using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>Compresses messages with deflate (the zlib format, as gRPC uses the word).</summary>
public sealed class DeflateCompressionProvider : ICompressionProvider
{
    private readonly CompressionLevel _defaultCompressionLevel;

    /// <summary>Creates a provider.</summary>
    /// <param name="defaultCompressionLevel">Effort where a call does not say otherwise.</param>
    public DeflateCompressionProvider(CompressionLevel defaultCompressionLevel) => _defaultCompressionLevel = defaultCompressionLevel;

    /// <inheritdoc/>
    public string EncodingName => "deflate";

    /// <inheritdoc/>
    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        new ZLibStream(stream, compressionLevel ?? _defaultCompressionLevel, leaveOpen: true);

    /// <inheritdoc/>
    public Stream CreateDecompressionStream(Stream stream) => new ZLibStream(stream, CompressionMode.Decompress);
}
