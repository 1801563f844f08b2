using System.Buffers;

namespace Grpc.Net.Compression;

/// <summary>
/// Tells whether compressed data is whole. The decompressing streams of .NET take data that is cut off for data that has ended, and a
/// message that lost its end must not pass for a shorter one.
/// </summary>
internal interface IWholeness
{
    bool IsWhole(ReadOnlySequence<byte> compressed, ReadOnlySpan<byte> plain);
}
