using System.Globalization;
using VideoGrain.Tensors.Benchmarks;
using VideoGrain.Tensors.Cpu;

// peak [filter]: every workload on one thread against the FMA peak of the same run, in CPU time.
// Anything else goes to BenchmarkDotNet.
if (args is ["peak", ..])
{
    var filter = args.Length > 1 ? args[1] : string.Empty;
    using var engine = new CpuEngine(new CpuEngineOptions { Threads = 1 });
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{engine.Name}, one thread, FMA peak {FmaPeak.Measure(engine.InstructionSet) / 1e9:F1} GFLOP/s"));
    Console.WriteLine("| kernel | ms | GFLOP/s | of peak |");
    Console.WriteLine("| --- | ---: | ---: | ---: |");
    foreach (var workload in Workloads.All)
    {
        if (workload.Name.Contains(filter, StringComparison.OrdinalIgnoreCase)) KernelTimer.Report(engine, workload);
    }

    return;
}

BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(KernelBenchmarks).Assembly).Run(args);
