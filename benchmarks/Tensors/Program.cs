using VideoGrain.Tensors.Benchmarks;
using VideoGrain.Tensors.Cpu;

// peak [filter]: every workload on one thread against the FMA peak of the same milliseconds, in CPU time.
// Anything else goes to BenchmarkDotNet.
if (args is ["peak", ..])
{
    var filter = args.Length > 1 ? args[1] : string.Empty;
    using var engine = new CpuEngine(new CpuEngineOptions { Threads = 1 });
    Console.WriteLine($"{engine.Name}, one thread");
    Console.WriteLine("| kernel | ms | GFLOP/s | of peak |");
    Console.WriteLine("| --- | ---: | ---: | ---: |");
    foreach (var workload in Workloads.All)
    {
        if (workload.Name.Contains(filter, StringComparison.OrdinalIgnoreCase)) KernelTimer.Report(engine, workload);
    }

    return;
}

BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(KernelBenchmarks).Assembly).Run(args);
