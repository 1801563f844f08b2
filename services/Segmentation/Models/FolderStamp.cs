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
            return string.Join('\n', new DirectoryInfo(folder)
                .EnumerateFiles("*", SearchOption.AllDirectories)
                .Take(MaxFiles)
                .OrderBy(f => f.FullName, StringComparer.Ordinal)
                .Select(f => FormattableString.Invariant($"{f.FullName}|{f.Length}|{f.LastWriteTimeUtc.Ticks}")));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A file that goes away while it is looked at; the next look sees what came of it.
            return error.GetType().Name;
        }
    }
}
