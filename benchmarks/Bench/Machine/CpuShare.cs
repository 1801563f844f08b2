using System.Globalization;

namespace VideoGrain.Bench.Machine;

/// <summary>How much of the machine somebody else used: what separates a noisy measurement from a quiet one.</summary>
internal sealed class CpuShare
{
    // USER_HZ, which Linux fixes at 100 for everything it reports in /proc.
    private const double TicksPerSecond = 100;
    private const string StatPath = "/proc/stat";

    private readonly (double Busy, double Total) _start = Read();

    /// <summary>Share of all processors' time since the start that went to others, given the seconds that this program and its workers used.</summary>
    public double OfOthers(double ownCpuSeconds)
    {
        var (busy, total) = Read();
        var elapsed = total - _start.Total;
        return elapsed <= 0 ? 0 : Math.Clamp((busy - _start.Busy - ownCpuSeconds) / elapsed, 0, 1);
    }

    private static (double Busy, double Total) Read()
    {
        const int Idle = 3, InputOutputWait = 4, CountedFields = 8;
        if (!File.Exists(StatPath)) return default;
        var ticks = File.ReadLines(StatPath).First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(CountedFields)
            .Select(field => double.Parse(field, CultureInfo.InvariantCulture) / TicksPerSecond).ToArray();
        var total = ticks.Sum();
        return (total - ticks[Idle] - ticks[InputOutputWait], total);
    }
}
