using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>One way to compress messages.</summary>
public interface ICompressionProvider
{
    /// <summary>Its name in grpc-encoding and grpc-accept-encoding.</summary>
    string EncodingName { get; }

    /// <summary>Creates a stream that compresses what is written to it.</summary>
    /// <param name="stream">Takes the compressed bytes; left open.</param>
    /// <param name="compressionLevel">Effort; null for the provider's default.</param>
    /// <returns>The compressing stream.</returns>
    Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel);

    /// <summary>Creates a stream that gives the decompressed bytes.</summary>
    /// <param name="stream">Gives the compressed bytes.</param>
    /// <returns>The decompressing stream.</returns>
    Stream CreateDecompressionStream(Stream stream);
}
