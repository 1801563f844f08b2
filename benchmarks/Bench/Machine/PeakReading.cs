namespace VideoGrain.Bench.Machine;

/// <summary>A loop of multiply-adds on registers, timed.</summary>
/// <param name="Operations">Floating-point operations of all threads.</param>
/// <param name="Wall">Seconds.</param>
/// <param name="Cpu">CPU seconds of all threads.</param>
internal readonly record struct PeakReading(double Operations, double Wall, double Cpu)
{
    /// <summary>Operations per second of all threads together.</summary>
    public double PerSecond => Operations / Wall;

    /// <summary>Operations per CPU second: one thread's rate, whatever else the machine does.</summary>
    public double PerCpuSecond => Operations / Cpu;

    /// <summary>Two readings as one.</summary>
    public static PeakReading operator +(PeakReading a, PeakReading b) => new(a.Operations + b.Operations, a.Wall + b.Wall, a.Cpu + b.Cpu);
}
