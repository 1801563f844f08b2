using System.Diagnostics;

namespace VideoGrain.Bench.Machine;

/// <summary>A moment on the clock on the wall and on this process's CPU clock.</summary>
internal readonly record struct Instant
{
    private readonly long _wall;
    private readonly TimeSpan _cpu;

    private Instant(long wall, TimeSpan cpu) => (_wall, _cpu) = (wall, cpu);

    /// <summary>This moment.</summary>
    public static Instant Now => new(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);

    /// <summary>Seconds since then, and CPU seconds of all threads since then.</summary>
    public (double Wall, double Cpu) Elapsed =>
        (Stopwatch.GetElapsedTime(_wall).TotalSeconds, (Environment.CpuUsage.TotalTime - _cpu).TotalSeconds);
}
