namespace VideoGrain.Cli.Specification;

/// <summary>What an upload is made of.</summary>
internal enum UploadKind
{
    /// <summary>The clip, or control maps: a video file or a folder of pictures.</summary>
    Frames,

    /// <summary>A region's masks.</summary>
    Masks,
}

/// <summary>Files on this machine that become an upload.</summary>
/// <param name="Name">The upload's name within the edit.</param>
/// <param name="Kind">How to read the files.</param>
/// <param name="Paths">Absolute paths; several only for masks, which are united.</param>
/// <param name="FrameRate">Frames per second of a folder of pictures; 0 for the default.</param>
/// <param name="Threshold">Samples of this value or above are inside; null for the reader's rule.</param>
/// <param name="ContractField">The field to blame when the files are bad.</param>
internal sealed record UploadSource(
    string Name, UploadKind Kind, IReadOnlyList<string> Paths, double FrameRate, byte? Threshold, string ContractField);
