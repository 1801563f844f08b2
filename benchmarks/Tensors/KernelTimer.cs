using System.Globalization;

namespace VideoGrain.Tensors.Benchmarks;

/// <summary>Times a workload shortly and prints it as a line of a table.</summary>
internal static class KernelTimer
{
    private const double SecondsPerRound = 0.15;
    private const int Rounds = 3;

    /// <summary>Best of a few rounds, next to the FMA peak measured right before.</summary>
    public static void Report(IEngine engine, Workload workload)
    {
        using var scope = engine.BeginScope();
        var call = workload.Prepare(engine);
        Call(engine, call);
        var peak = FmaPeak.Measure();
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var calls = 0;
            var clock = CpuClock.Start();
            do
            {
                Call(engine, call);
                calls++;
            }
            while (clock.Seconds < SecondsPerRound);
            best = Math.Min(best, clock.Seconds / calls);
        }

        var rate = workload.Operations / best;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {workload.Name} | {best * 1000:F2} | {rate / 1e9:F1} | {rate / peak:F2} |"));
    }

    private static void Call(IEngine engine, Action call)
    {
        using var scope = engine.BeginScope();
        call();
    }
}
