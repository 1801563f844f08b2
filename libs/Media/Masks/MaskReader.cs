using System.IO.Compression;
using VideoGrain.Media.Ffmpeg;
using VideoGrain.Media.Png;

namespace VideoGrain.Media;

/// <summary>
/// Reads a region's masks from what callers have: a folder of PNG pictures, a zip archive of them, one PNG for all frames, or a
/// clip of bright pixels.
/// </summary>
public sealed class MaskReader
{
    private const string Picture = ".png";

    // Compression blurs the edge of a mask clip; its middle is where the edge was.
    private const byte ClipThreshold = 128;

    private readonly MediaLimits _limits;
    private readonly FfmpegTools _tools;

    /// <summary>Creates a reader.</summary>
    /// <param name="limits">What is accepted; the defaults when null.</param>
    /// <param name="tools">The programs for mask clips; those of the environment when null.</param>
    public MaskReader(MediaLimits? limits = null, FfmpegTools? tools = null)
    {
        _limits = limits ?? MediaLimits.Default;
        _tools = tools ?? FfmpegTools.FromEnvironment();
    }

    /// <summary>Reads masks. Pictures are taken in the order of their names.</summary>
    /// <param name="path">A folder, a <c>.zip</c>, a <c>.png</c>, or a clip.</param>
    /// <param name="threshold">
    /// 8-bit samples of this value or above are inside, 1 to 255; null for any non-zero sample of a picture and mid-gray of a clip.
    /// </param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The masks.</returns>
    /// <exception cref="MediaException">Nothing there, damaged, of different sizes, or beyond the limits.</exception>
    public async Task<MaskSequence> ReadAsync(string path, byte? threshold = null, CancellationToken cancellation = default)
    {
        if (Directory.Exists(path))
            return ReadFolder(path, threshold, cancellation);
        if (!File.Exists(path))
            throw new MediaException(MediaError.NotFound, "There are no masks at the given path.");
        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".PNG" => new MaskSequence([PngReader.ReadFile(path, _limits).ToMask(threshold)]),
            ".ZIP" => ReadArchive(path, threshold, cancellation),
            _ => new MaskSequence((await new VideoDecoder(_limits, _tools).DecodeAsync(path, cancellation)).Select(f => Mask.FromFrame(f, threshold ?? ClipThreshold))),
        };
    }

    private MaskSequence ReadFolder(string path, byte? threshold, CancellationToken cancellation)
    {
        string[] files = [.. Directory.EnumerateFiles(path, "*" + Picture).Order(StringComparer.Ordinal).Take(_limits.MaxFrames + 1)];
        if (files.Length == 0)
            throw new MediaException(MediaError.NotFound, "The mask folder holds no PNG pictures.");
        _limits.CheckFrames(files.Length);
        List<Mask> masks = [];
        foreach (string file in files)
        {
            cancellation.ThrowIfCancellationRequested();
            masks.Add(PngReader.ReadFile(file, _limits).ToMask(threshold));
        }

        return new MaskSequence(masks);
    }

    private MaskSequence ReadArchive(string path, byte? threshold, CancellationToken cancellation)
    {
        _limits.CheckInputBytes(new FileInfo(path).Length);
        try
        {
            using ZipArchive archive = ZipFile.OpenRead(path);
            ZipArchiveEntry[] entries =
            [
                .. archive.Entries.Where(e => e.Name.EndsWith(Picture, StringComparison.OrdinalIgnoreCase)).OrderBy(e => e.FullName, StringComparer.Ordinal),
            ];
            if (entries.Length == 0)
                throw new MediaException(MediaError.NotFound, "The mask archive holds no PNG pictures.");
            _limits.CheckFrames(entries.Length);
            List<Mask> masks = [];
            foreach (ZipArchiveEntry entry in entries)
            {
                cancellation.ThrowIfCancellationRequested();
                masks.Add(PngReader.Read(ReadEntry(entry), _limits).ToMask(threshold));
            }

            return new MaskSequence(masks);
        }
        catch (InvalidDataException e)
        {
            throw new MediaException(MediaError.Damaged, "The mask archive is damaged.", e);
        }
    }

    /// <summary>Entries are read in memory and nothing is unpacked, so names that climb out of a folder do no harm.</summary>
    private byte[] ReadEntry(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using MemoryStream bytes = new();
        byte[] buffer = new byte[1 << 14];
        while (stream.Read(buffer) is > 0 and int read)
        {
            _limits.CheckInputBytes(bytes.Length + read);
            bytes.Write(buffer, 0, read);
        }

        return bytes.ToArray();
    }
}
