using System.Runtime.InteropServices;

namespace VideoGrain.Cli.Hosting;

/// <summary>What the processor calls itself.</summary>
internal static class ProcessorName
{
    private const string Facts = "/proc/cpuinfo";

    /// <summary>The name; the architecture where the system tells none.</summary>
    public static string Read()
    {
        string? line = File.Exists(Facts) ? File.ReadLines(Facts).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
