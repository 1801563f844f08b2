using System.Globalization;

namespace VideoGrain.Cli.Demo;

/// <summary>The most memory a process has held, as the kernel counts it.</summary>
internal static class PeakMemory
{
    private const string Label = "VmHWM:";
    private const long Kibi = 1024;

    /// <summary>Reads a process's peak resident set.</summary>
    /// <param name="processId">The process; has to run still.</param>
    /// <returns>Bytes; null where the system does not tell or the process is gone.</returns>
    public static long? Read(int processId)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/status");
        if (!File.Exists(path))
            return null;
        string? line = File.ReadLines(path).FirstOrDefault(l => l.StartsWith(Label, StringComparison.Ordinal));
        return line is null ? null : long.Parse(line[Label.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * Kibi;
    }
}
