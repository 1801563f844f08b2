using System.Globalization;

namespace VideoGrain.Cli.Chaos.Faults;

/// <summary>A clock that jumps, for processes: libfaketime reads the file that this class writes. Only the time of day moves, as in life; timers do not.</summary>
internal sealed class MovableClock
{
    private const string Library = "libfaketimeMT.so.1";
    private static readonly string[] Folders =
        ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib/faketime", "/usr/lib64/faketime"];

    private readonly string _library;
    private readonly string _file;

    private MovableClock(string library, string file) => (_library, _file) = (library, file);

    /// <summary>Finds the library.</summary>
    /// <param name="folder">Where the file with the time goes.</param>
    /// <returns>A clock that is right so far; null where the library is not installed.</returns>
    public static MovableClock? TryFind(string folder)
    {
        if (Folders.Select(f => Path.Combine(f, Library)).FirstOrDefault(File.Exists) is not string library)
            return null;
        MovableClock clock = new(library, Path.Combine(folder, "clock"));
        clock.SetOffset(TimeSpan.Zero);
        return clock;
    }

    /// <summary>What a process needs in its environment to go by this clock.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["LD_PRELOAD"] = _library,
        ["FAKETIME_TIMESTAMP_FILE"] = _file,
        ["FAKETIME_CACHE_DURATION"] = "1",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",

        // Waits go by the clock that is not faked; the library's correction would make each of them end at once.
        ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
        ["NO_FAKE_STAT"] = "1",
    };

    /// <summary>Sets how far the clock is from the right time.</summary>
    public void SetOffset(TimeSpan offset)
    {
        // A process that reads the file meanwhile must see one time or the other.
        string next = _file + ".next";
        File.WriteAllText(next, string.Create(CultureInfo.InvariantCulture, $"{offset.TotalSeconds:+0;-0;+0}\n"));
        File.Move(next, _file, overwrite: true);
    }
}
