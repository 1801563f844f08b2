using Google.Protobuf;

namespace VideoGrain.Fuzz.Tests.Mutation;

/// <summary>What a message looks like on the wire when a newer, a careless or a hostile peer wrote it.</summary>
internal static class WireMutator
{
    private const int DeepGroups = 5000;

    /// <summary>Bytes of a message; sometimes in a spelling that parsers must take all the same.</summary>
    public static byte[] Write(IMessage message, Random random)
    {
        var bytes = message.ToByteArray();
        return random.Next(12) switch
        {
            // Fields that this version does not know, of every wire type.
            0 => [.. bytes, .. Unknown(random)],
            1 => [.. Unknown(random), .. bytes],

            // Merged with itself: lists double, the last of single fields counts.
            2 when bytes.Length < 1 << 16 => [.. bytes, .. bytes],
            _ => bytes,
        };
    }

    /// <summary>Bytes that are no message any more.</summary>
    public static byte[] Break(byte[] bytes, Random random)
    {
        switch (random.Next(4))
        {
            case 0 when bytes.Length > 1:
                return bytes[..random.Next(1, bytes.Length)];
            case 1 when bytes.Length > 0:
                var flipped = (byte[])bytes.Clone();
                for (var flips = random.Next(1, 8); flips > 0; flips--)
                    flipped[random.Next(Math.Min(flipped.Length, 256))] ^= (byte)(1 << random.Next(8));

                return flipped;
            case 2:
                // Groups in groups, to exhaust a parser's stack.
                return [.. Enumerable.Repeat((byte)0xA3, DeepGroups).SelectMany(tag => new byte[] { tag, 0x06 })];
            default:
                // A length of 2 GiB.
                return [.. bytes, 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07];
        }
    }

    private static byte[] Unknown(Random random)
    {
        using var stream = new MemoryStream();
        using var output = new CodedOutputStream(stream);
        var field = random.Next(1000, 5000);
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteUInt64(ulong.MaxValue);
        output.WriteTag(field + 1, WireFormat.WireType.Fixed32);
        output.WriteFixed32(7);
        output.WriteTag(field + 2, WireFormat.WireType.Fixed64);
        output.WriteFixed64(7);
        output.WriteTag(field + 3, WireFormat.WireType.LengthDelimited);
        output.WriteString("unknown");
        output.WriteTag(field + 4, WireFormat.WireType.StartGroup);
        output.WriteTag(field + 4, WireFormat.WireType.EndGroup);
        output.Flush();
        return stream.ToArray();
    }
}
