using System.Globalization;
using VideoGrain.Tensors.Cpu;

namespace VideoGrain.Tensors.Benchmarks;

/// <summary>Times a workload in slices, each between two readings of the FMA peak, and prints the medians as a line of a table.</summary>
internal static class KernelTimer
{
    private const double SecondsPerSlice = 0.03;
    private const int Slices = 15;

    /// <summary>Measures and prints.</summary>
    public static void Report(CpuEngine engine, Workload workload)
    {
        using var scope = engine.BeginScope();
        var call = workload.Prepare(engine);
        Call(engine, call);
        double[] seconds = new double[Slices], shares = new double[Slices];
        var before = FmaPeak.Measure(engine.InstructionSet);
        for (var slice = 0; slice < Slices; slice++)
        {
            var calls = 0;
            var clock = CpuClock.Start();
            do
            {
                Call(engine, call);
                calls++;
            }
            while (clock.Seconds < SecondsPerSlice);
            seconds[slice] = clock.Seconds / calls;
            var after = FmaPeak.Measure(engine.InstructionSet);
            shares[slice] = workload.Operations / seconds[slice] / ((before + after) / 2);
            before = after;
        }

        var median = Median(seconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {workload.Name} | {median * 1000:F2} | {workload.Operations / median / 1e9:F1} | {Median(shares):F2} |"));
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    private static void Call(CpuEngine engine, Action call)
    {
        using var scope = engine.BeginScope();
        call();
    }
}
