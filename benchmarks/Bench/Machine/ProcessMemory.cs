using System.Globalization;

namespace VideoGrain.Bench.Machine;

/// <summary>Resident memory of this process, as Linux counts it.</summary>
internal static class ProcessMemory
{
    private const string ResetPeak = "5";

    /// <summary>Most bytes resident at once (VmHWM) since the start or the last <see cref="Reset"/>; 0 where the system does not say.</summary>
    public static long Peak()
    {
        const string Field = "VmHWM:";
        const string Status = "/proc/self/status";
        if (!File.Exists(Status)) return 0;
        foreach (var line in File.ReadLines(Status))
        {
            if (!line.StartsWith(Field, StringComparison.Ordinal)) continue;
            return 1024 * long.Parse(line.AsSpan(Field.Length).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture);
        }

        return 0;
    }

    /// <summary>Makes the peak start over at what is resident now.</summary>
    public static void Reset()
    {
        const string Clear = "/proc/self/clear_refs";
        if (File.Exists(Clear)) File.WriteAllText(Clear, ResetPeak);
    }
}
