namespace VideoGrain.Segmentation.Models;

/// <summary>What a model folder looks like from outside: changes when a file in it is added, removed, replaced or written to.</summary>
internal static class FolderStamp
{
    // A model has a profile, a few networks and perhaps files of external weights.
    private const int MaxFiles = 256;

    public static string Of(string folder)
    {
        try
        {
            return string.Join('\n', Files(folder, MaxFiles).Select(f => FormattableString.Invariant($"{f.FullName}|{f.Length}|{f.LastWriteTimeUtc.Ticks}")));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A file that goes away while it is looked at; the next look sees what came of it.
            return error.GetType().Name;
        }
    }

    /// <summary>All files of a model in the order of their names; none when there are more than a model has.</summary>
    public static IReadOnlyList<FileInfo> Files(string folder) => Files(folder, MaxFiles + 1) is { Count: <= MaxFiles } files ? files : [];

    private static List<FileInfo> Files(string folder, int most)
        => [.. new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Take(most).OrderBy(f => f.FullName, StringComparer.Ordinal)];
}
