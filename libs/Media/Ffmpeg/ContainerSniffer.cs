namespace VideoGrain.Media.Ffmpeg;

/// <summary>Recognises a container by its first bytes; names and media types that callers state are never trusted.</summary>
public static class ContainerSniffer
{
    /// <summary>Bytes that <see cref="Recognise"/> needs to see.</summary>
    public const int BytesNeeded = 12;

    /// <summary>Recognises a container.</summary>
    /// <param name="start">The first bytes of a file.</param>
    /// <returns>The container; null if it is none of those that are read.</returns>
    public static ContainerFormat? Recognise(ReadOnlySpan<byte> start)
    {
        if (start.Length < BytesNeeded)
            return null;
        ReadOnlySpan<byte> box = start[4..8];
        if (box.SequenceEqual("ftyp"u8) || box.SequenceEqual("moov"u8) || box.SequenceEqual("mdat"u8) || box.SequenceEqual("wide"u8))
            return ContainerFormat.IsoMedia;
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]))
            return ContainerFormat.Matroska;
        if (start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8))
            return ContainerFormat.Gif;
        return start.StartsWith("RIFF"u8) && start[8..12].SequenceEqual("AVI "u8) ? ContainerFormat.Avi : null;
    }

    /// <summary>ffmpeg's name of the one demuxer that may open such a file.</summary>
    internal static string Demuxer(ContainerFormat format) => format switch
    {
        ContainerFormat.IsoMedia => "mov",
        ContainerFormat.Matroska => "matroska",
        ContainerFormat.Gif => "gif",
        _ => "avi",
    };
}
