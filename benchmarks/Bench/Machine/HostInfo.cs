using System.Globalization;

namespace VideoGrain.Bench.Machine;

/// <summary>The machine a run took place on.</summary>
/// <param name="Processor">Model name, with family and model number where the name is vague.</param>
/// <param name="Threads">Processors this process may use.</param>
/// <param name="MemoryBytes">Memory this process may use.</param>
/// <param name="Runtime">The .NET runtime.</param>
internal sealed record HostInfo(string Processor, int Threads, long MemoryBytes, string Runtime)
{
    /// <summary>Reads what the system says.</summary>
    public static HostInfo Read() => new(
        ReadProcessor(),
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription);

    /// <summary>Load average of the last minute; 0 where the system does not say.</summary>
    public static double LoadAverage()
    {
        const string Path = "/proc/loadavg";
        return File.Exists(Path) ? double.Parse(File.ReadAllText(Path).Split(' ')[0], CultureInfo.InvariantCulture) : 0;
    }

    private static string ReadProcessor()
    {
        const string Path = "/proc/cpuinfo";
        if (!File.Exists(Path)) return System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
        var fields = File.ReadLines(Path).TakeWhile(line => line.Length > 0).Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2)
            .ToLookup(pair => pair[0].Trim(), pair => pair[1].Trim());
        string First(string name) => fields[name].FirstOrDefault() ?? "?";
        return $"{First("model name")} (family {First("cpu family")}, model {First("model")}, {First("cpu MHz")} MHz)";
    }
}
