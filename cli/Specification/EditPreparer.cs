using VideoGrain.Media;
using VideoGrain.Media.Ffmpeg;
using VideoGrain.Media.Png;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Specification;

/// <summary>Reads the files behind a specification; what is wrong with them is reported at the line that names them.</summary>
internal static class EditPreparer
{
    /// <summary>Reads every upload.</summary>
    /// <param name="document">The specification.</param>
    /// <param name="limits">What is accepted from files.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>The edit, ready to be sent.</returns>
    /// <exception cref="SpecificationException">Files that cannot be used, all of them.</exception>
    public static async Task<PreparedEdit> PrepareAsync(EditDocument document, MediaLimits limits, CancellationToken cancellation)
    {
        EditSpecification message = document.Message.Clone();
        List<IReadOnlyList<UploadPart>> parts = [];
        List<SpecificationError> errors = [];
        foreach (UploadSource source in document.Uploads)
        {
            try
            {
                (UploadFormat format, IReadOnlyList<UploadPart> read) = source.Kind == UploadKind.Masks
                    ? (UploadFormat.PngSequence, await MasksAsync(source, limits, cancellation))
                    : Frames(source.Paths[0], limits);
                Upload upload = new() { Name = source.Name, Format = format, FrameRate = source.FrameRate };
                upload.PartBytes.AddRange(read.Select(p => (ulong)p.Length));
                message.Uploads.Add(upload);
                parts.Add(read);
            }
            catch (Exception e) when (e is MediaException or IOException or UnauthorizedAccessException)
            {
                errors.Add(document.Places.Locate(source.ContractField, e.Message));
            }
        }

        return errors.Count == 0 ? new PreparedEdit(message, parts) : throw new SpecificationException(errors);
    }

    private static (UploadFormat Format, IReadOnlyList<UploadPart> Parts) Frames(string path, MediaLimits limits)
    {
        if (Directory.Exists(path))
        {
            string[] files = [.. Directory.EnumerateFiles(path, "*.png").Order(StringComparer.Ordinal)];
            if (files.Length == 0)
                throw new MediaException(MediaError.NoFrames, "The folder holds no PNG frames.");
            if (files.Length > limits.MaxFrames)
            {
                throw new MediaException(MediaError.FrameLimitExceeded,
                    $"The folder holds {files.Length} frames; the limit is {limits.MaxFrames}.", files.Length, limits.MaxFrames);
            }

            return (UploadFormat.PngSequence, [.. files.Select(UploadPart.OfFile)]);
        }

        byte[] start = new byte[ContainerSniffer.BytesNeeded];
        using FileStream file = File.OpenRead(path);
        int read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (ContainerSniffer.Recognise(start.AsSpan(0, read)) is null)
            throw new MediaException(MediaError.NotAVideo, "The file is no clip in a format that is read (mp4, mov, mkv, webm, gif, avi).");
        return (UploadFormat.Video, [UploadPart.OfFile(path)]);
    }

    private static async Task<IReadOnlyList<UploadPart>> MasksAsync(UploadSource source, MediaLimits limits, CancellationToken cancellation)
    {
        MaskReader reader = new(limits);
        MaskSequence? all = null;
        foreach (string path in source.Paths)
        {
            MaskSequence next = await reader.ReadAsync(path, source.Threshold, cancellation);
            all = all?.Union(next) ?? next;
        }

        return [.. all!.Select(mask => UploadPart.OfBytes(PngWriter.Write(mask)))];
    }
}
