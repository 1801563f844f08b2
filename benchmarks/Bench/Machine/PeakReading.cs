using VideoGrain.Tensors.Benchmarks;

namespace VideoGrain.Bench.Machine;

/// <summary>What the multiply-add units gave in a short loop that touches registers only, on several threads at once.</summary>
/// <param name="PerSecond">Floating-point operations per second of all threads together.</param>
/// <param name="PerCpuSecond">The same per second of CPU time: one thread's rate, whatever else the machine does.</param>
internal readonly record struct PeakReading(double PerSecond, double PerCpuSecond)
{
    // Long enough that starting threads, and spreading them over the cores, does not count.
    private const int Steps = 8_000_000;
    private const int Rounds = 3;

    /// <summary>Measures for a quarter of a second or less; the best of a few rounds on either clock.</summary>
    public static PeakReading Measure(int threads)
    {
        var best = default(PeakReading);
        for (var round = 0; round < Rounds; round++)
        {
            var (perSecond, perCpuSecond) = MeasureOnce(threads);
            best = new PeakReading(Math.Max(best.PerSecond, perSecond), Math.Max(best.PerCpuSecond, perCpuSecond));
        }

        return best;
    }

    private static PeakReading MeasureOnce(int threads)
    {
        using var start = new Barrier(threads);
        var others = new Thread[threads - 1];
        for (var i = 0; i < others.Length; i++)
        {
            others[i] = new Thread(() =>
            {
                start.SignalAndWait();
                FmaPeak.Run(Steps);
            });
            others[i].Start();
        }

        start.SignalAndWait();
        var began = Instant.Now;
        FmaPeak.Run(Steps);
        foreach (var thread in others) thread.Join();
        var operations = FmaPeak.OperationsPerStep * Steps * threads;
        var (wall, cpu) = began.Elapsed;
        return new PeakReading(operations / wall, operations / cpu);
    }
}
