using System.IO.Enumeration;

namespace VideoGrain.Cli.Chaos;

/// <summary>Looks for what a run left behind once every edit is deleted.</summary>
/// <param name="system">The system.</param>
/// <param name="time">Clock of the wait.</param>
internal sealed class Leftovers(ChaosSystem system, TimeProvider time)
{
    private const string Lock = ".lock";

    // ONNX Runtime's library keeps notes of its own in the temporary folder, which a killed process cannot take along.
    private static readonly string[] NativeNotes = ["mat-debug-*.log", ".ses"];
    private static readonly string[] Watched = ["artifacts", "scratch"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45), Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Looks while the processes run: not a byte of any edit, nothing half-written, no folder of a process that is gone.</summary>
    public async Task<IReadOnlyList<string>> FindWhileRunningAsync(CancellationToken cancellation)
    {
        // Bytes go after the rows that name them, so a moment may pass.
        long start = time.GetTimestamp();
        while (true)
        {
            List<string> found = [.. Files().Where(f => !f.EndsWith(Lock, StringComparison.Ordinal)), .. Abandoned()];
            if (found.Count == 0 || time.GetElapsedTime(start) > Patience)
                return found;
            await Task.Delay(Pause, time, cancellation);
        }
    }

    /// <summary>Looks once the processes have ended: no lock, no temporary file, no process.</summary>
    public IReadOnlyList<string> FindAfterwards() =>
    [
        .. Files(),
        .. Directory.EnumerateFileSystemEntries(system.Temporary).Where(IsOurs).Select(Named),
        .. Processes().Select(id => $"process {id}"),
    ];

    private static bool IsOurs(string path) => !NativeNotes.Any(note => FileSystemName.MatchesSimpleExpression(note, Path.GetFileName(path)));

    // The owners of a folder that live are the orchestrators.
    private IEnumerable<string> Abandoned() => Files().Where(f => f.EndsWith(Lock, StringComparison.Ordinal))
        .GroupBy(Path.GetDirectoryName, StringComparer.Ordinal).Where(g => g.Count() > system.Addresses.Count).SelectMany(g => g);

    private IEnumerable<string> Files() => Watched.Select(w => Path.Combine(system.Data, w)).Where(Directory.Exists)
        .SelectMany(f => Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories)).Select(Named);

    private string Named(string path) => Path.GetRelativePath(Path.GetDirectoryName(system.Data)!, path);

    private IEnumerable<string> Processes()
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(f => Path.GetFileName(f).All(char.IsAsciiDigit)))
        {
            string environment;
            try
            {
                environment = File.ReadAllText(Path.Combine(folder, "environ"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Gone meanwhile, or somebody else's.
                continue;
            }

            if (environment.Split('\0').Contains(system.Marker))
                yield return Path.GetFileName(folder);
        }
    }
}
