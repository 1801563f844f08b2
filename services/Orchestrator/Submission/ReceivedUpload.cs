using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>An upload in a scratch file: its parts one after the other.</summary>
/// <param name="Announced">What the specification says about it.</param>
/// <param name="Path">The file.</param>
internal sealed record ReceivedUpload(Upload Announced, string Path)
{
    /// <summary>Reads one part into memory; only for parts that are pictures.</summary>
    public async Task<byte[]> ReadPartAsync(int part, CancellationToken cancellationToken)
    {
        var bytes = new byte[Announced.PartBytes[part]];
        await using var file = File.OpenRead(Path);
        file.Position = Announced.PartBytes.Take(part).Sum(size => (long)size);
        await file.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
