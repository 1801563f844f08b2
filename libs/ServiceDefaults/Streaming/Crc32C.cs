using System.Buffers.Binary;
using System.Numerics;

namespace VideoGrain.ServiceDefaults.Streaming;

/// <summary>CRC-32C (Castagnoli, reflected, as in RFC 3720): the checksum of every chunk. Uses the processor's instruction where there is one.</summary>
public static class Crc32C
{
    /// <summary>Checksum of some bytes; 0 for none.</summary>
    public static uint Compute(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        while (data.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (var value in data) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
