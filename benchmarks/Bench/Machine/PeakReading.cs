using VideoGrain.Tensors.Benchmarks;

namespace VideoGrain.Bench.Machine;

/// <summary>What the multiply-add units gave in a short loop that touches registers only, on several threads at once.</summary>
/// <param name="PerSecond">Floating-point operations per second of all threads together.</param>
/// <param name="PerCpuSecond">The same per second of CPU time: one thread's rate, whatever else the machine does.</param>
internal readonly record struct PeakReading(double PerSecond, double PerCpuSecond)
{
    private const int Steps = 2_000_000;

    /// <summary>Measures for some ten milliseconds.</summary>
    public static PeakReading Measure(int threads)
    {
        var began = Instant.Now;
        var others = new Thread[threads - 1];
        for (var i = 0; i < others.Length; i++)
        {
            others[i] = new Thread(() => FmaPeak.Run(Steps));
            others[i].Start();
        }

        FmaPeak.Run(Steps);
        foreach (var thread in others) thread.Join();
        var operations = FmaPeak.OperationsPerStep * Steps * threads;
        var (wall, cpu) = began.Elapsed;
        return new PeakReading(operations / wall, operations / cpu);
    }
}
