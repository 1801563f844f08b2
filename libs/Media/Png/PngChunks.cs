using System.Buffers.Binary;

namespace VideoGrain.Media.Png;

/// <summary>The chunks of a PNG that matter, their checksums verified.</summary>
internal sealed record PngChunks(
    ReadOnlyMemory<byte> Header, ReadOnlyMemory<byte> Palette, ReadOnlyMemory<byte> Transparency, List<ReadOnlyMemory<byte>> Data)
{
    private const int Overhead = 12;
    private const uint AncillaryBit = 0x20000000;

    public static PngChunks Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < PngFormat.Signature.Length || !bytes.Span.StartsWith(PngFormat.Signature))
            throw new MediaException(MediaError.NotAPng, "The file is no PNG picture.");
        ReadOnlyMemory<byte> header = default, palette = default, transparency = default;
        List<ReadOnlyMemory<byte>> data = [];
        int at = PngFormat.Signature.Length;
        while (true)
        {
            if (bytes.Length - at < Overhead)
                throw new MediaException(MediaError.Damaged, "The PNG is cut short.");
            uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes.Span[at..]);
            if (length > bytes.Length - at - Overhead)
                throw new MediaException(MediaError.Damaged, "The PNG is cut short.");
            ReadOnlyMemory<byte> body = bytes.Slice(at + 8, (int)length);
            uint kind = BinaryPrimitives.ReadUInt32BigEndian(bytes.Span[(at + 4)..]);
            if (Crc32.Of(bytes.Span.Slice(at + 4, (int)length + 4)) != BinaryPrimitives.ReadUInt32BigEndian(bytes.Span[(at + 8 + (int)length)..]))
                throw new MediaException(MediaError.Damaged, "A checksum of the PNG is wrong.");
            if (header.IsEmpty != (kind == PngFormat.Header))
                throw new MediaException(MediaError.Damaged, "A PNG has one header, at its start.");
            at += Overhead + (int)length;
            if (kind == PngFormat.Header)
                header = body;
            else if (kind == PngFormat.Colours)
                palette = body;
            else if (kind == PngFormat.Transparency)
                transparency = body;
            else if (kind == PngFormat.Data)
                data.Add(body);
            else if (kind == PngFormat.End)
                return new PngChunks(header, palette, transparency, data);
            else if ((kind & AncillaryBit) == 0)
                throw new MediaException(MediaError.NotAPng, "The PNG needs a chunk that this reader does not know.");
        }
    }
}
