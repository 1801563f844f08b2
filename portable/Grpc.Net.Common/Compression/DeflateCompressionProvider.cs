using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>Compresses messages with deflate (the zlib format, as gRPC uses the word).</summary>
public sealed class DeflateCompressionProvider : ICompressionProvider, IWholeness
{
    // RFC 1950: two bytes of header, then blocks, then the Adler-32 of the plain data, big-endian.
    private const int LeastLength = 7;
    private const uint AdlerModulus = 65521;

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

    bool IWholeness.IsWhole(ReadOnlySequence<byte> compressed, ReadOnlySpan<byte> plain)
    {
        if (compressed.Length < LeastLength)
            return false;
        Span<byte> checksum = stackalloc byte[sizeof(uint)];
        compressed.Slice(compressed.Length - checksum.Length).CopyTo(checksum);
        return BinaryPrimitives.ReadUInt32BigEndian(checksum) == Adler(plain);
    }

    private static uint Adler(ReadOnlySpan<byte> data)
    {
        uint low = 1, high = 0;
        foreach (var value in data)
        {
            low = (low + value) % AdlerModulus;
            high = (high + low) % AdlerModulus;
        }

        return (high << 16) | low;
    }
}
