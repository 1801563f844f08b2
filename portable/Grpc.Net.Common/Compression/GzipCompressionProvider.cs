using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>Compresses messages with gzip.</summary>
public sealed class GzipCompressionProvider : ICompressionProvider, IWholeness
{
    // RFC 1952: ten bytes of header, then blocks, then CRC-32 and the length of the plain data, little-endian.
    private const int LeastLength = 18;

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

    bool IWholeness.IsWhole(ReadOnlySequence<byte> compressed, ReadOnlySpan<byte> plain)
    {
        if (compressed.Length < LeastLength)
            return false;
        Span<byte> length = stackalloc byte[sizeof(uint)];
        compressed.Slice(compressed.Length - length.Length).CopyTo(length);
        return BinaryPrimitives.ReadUInt32LittleEndian(length) == (uint)plain.Length;
    }
}
