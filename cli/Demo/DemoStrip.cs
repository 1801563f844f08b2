using VideoGrain.Cli.Specification;
using VideoGrain.Media;
using VideoGrain.Media.Pictures;
using VideoGrain.Media.Png;

namespace VideoGrain.Cli.Demo;

/// <summary>The picture one looks at: source, regions and result, at several moments.</summary>
internal static class DemoStrip
{
    private const int Moments = 4, Scale = 2;

    /// <summary>Writes the strip: a row per moment; source, tinted regions, result from left to right.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">The source.</param>
    /// <param name="document">The specification, with the masks that were given.</param>
    /// <param name="found">The regions as the edit saw them; null tints those that were given.</param>
    /// <param name="edited">The result.</param>
    /// <param name="cancellation">Ends the work.</param>
    public static async Task WriteAsync(
        string path, VideoFrames source, EditDocument document, VideoFrames? found, VideoFrames edited, CancellationToken cancellation)
    {
        List<MaskSequence> regions = [];
        foreach (UploadSource upload in document.Uploads.Where(u => u.Kind == UploadKind.Masks))
            regions.Add(await ReadAsync(upload, cancellation));
        int frames = Math.Min(source.Count, edited.Count), moments = Math.Min(Moments, frames);
        IReadOnlyList<Frame>[] rows =
        [
            .. Enumerable.Range(0, moments).Select(m => moments == 1 ? 0 : m * (frames - 1) / (moments - 1)).Select(f => (IReadOnlyList<Frame>)
            [
                source[f], found?[f] ?? MaskOverlay.Draw(source[f], [.. regions.Select(r => r[Math.Min(f, r.Count - 1)])]), edited[f],
            ]),
        ];
        await File.WriteAllBytesAsync(path, PngWriter.Write(Strip.Grid(rows, Scale)), cancellation);
    }

    private static async Task<MaskSequence> ReadAsync(UploadSource upload, CancellationToken cancellation)
    {
        MaskReader reader = new();
        MaskSequence? all = null;
        foreach (string path in upload.Paths)
        {
            MaskSequence next = await reader.ReadAsync(path, upload.Threshold, cancellation);
            all = all?.Union(next) ?? next;
        }

        return all!;
    }
}
