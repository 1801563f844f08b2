namespace VideoGrain.Cli.Specification;

/// <summary>One part of an upload: its size, known before it is sent, and its bytes.</summary>
/// <param name="Length">Bytes; at least 1.</param>
/// <param name="Open">Opens the bytes from their start; the caller disposes the stream.</param>
internal sealed record UploadPart(long Length, Func<Stream> Open)
{
    public static UploadPart OfFile(string path) => new(new FileInfo(path).Length, () => File.OpenRead(path));

    public static UploadPart OfBytes(byte[] bytes) => new(bytes.Length, () => new MemoryStream(bytes, writable: false));
}
