using System.Buffers.Binary;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Orchestrator.Tensors;

/// <summary>
/// What stands before a tensor's bytes in the store: magic, element type, rank, sizes, all little-endian. The artifact's digest covers it.
/// </summary>
/// <param name="ElementType">Type of the elements.</param>
/// <param name="Shape">Sizes of the dimensions, outermost first.</param>
internal sealed record TensorHeader(ElementType ElementType, IReadOnlyList<long> Shape)
{
    private const ulong Magic = 0x0a31534e45544756; // "VGTENS1\n"
    private const int FixedBytes = sizeof(ulong) + (2 * sizeof(int));

    /// <summary>Bytes of the header.</summary>
    public int HeaderBytes => FixedBytes + (Shape.Count * sizeof(long));

    /// <summary>Bytes of the elements.</summary>
    public long DataBytes => TensorLayout.ByteCount(ElementType, [.. Shape]);

    /// <summary>Encodes the header.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[HeaderBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sizeof(ulong)), (int)ElementType);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sizeof(ulong) + sizeof(int)), Shape.Count);
        for (var i = 0; i < Shape.Count; i++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(FixedBytes + (i * sizeof(long))), Shape[i]);

        return bytes;
    }

    /// <summary>Reads a header from where a stream stands.</summary>
    /// <exception cref="InvalidDataException">There is no header.</exception>
    public static async Task<TensorHeader> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var start = new byte[FixedBytes];
        await ReadExactlyAsync(stream, start, cancellationToken);
        var rank = BinaryPrimitives.ReadInt32LittleEndian(start.AsSpan(sizeof(ulong) + sizeof(int)));
        var type = (ElementType)BinaryPrimitives.ReadInt32LittleEndian(start.AsSpan(sizeof(ulong)));
        if (BinaryPrimitives.ReadUInt64LittleEndian(start) != Magic || rank is < 0 or > TensorLayout.MaxRank || TensorLayout.ElementBytes(type) == 0)
            throw new InvalidDataException("The artifact holds no tensor.");

        var sizes = new byte[rank * sizeof(long)];
        await ReadExactlyAsync(stream, sizes, cancellationToken);
        return new TensorHeader(type, [.. Enumerable.Range(0, rank).Select(i => BinaryPrimitives.ReadInt64LittleEndian(sizes.AsSpan(i * sizeof(long))))]);
    }

    /// <summary>Fills a buffer from a stream.</summary>
    /// <exception cref="InvalidDataException">The stream ends before.</exception>
    internal static async Task ReadExactlyAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) < buffer.Length)
            throw new InvalidDataException("The tensor is cut short.");
    }
}
