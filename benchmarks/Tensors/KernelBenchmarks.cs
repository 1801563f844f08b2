using BenchmarkDotNet.Attributes;
using VideoGrain.Tensors.Cpu;

namespace VideoGrain.Tensors.Benchmarks;

/// <summary>Every workload under BenchmarkDotNet, on all cores.</summary>
[MemoryDiagnoser]
[Config(typeof(InProcessShortRun))]
public class KernelBenchmarks
{
    private CpuEngine _engine = null!;
    private IEngineScope _scope = null!;
    private Action _call = null!;

    public static IEnumerable<string> Names => Workloads.All.Select(workload => workload.Name);

    [ParamsSource(nameof(Names))]
    public string Kernel { get; set; } = string.Empty;

    [GlobalSetup]
    public void Setup()
    {
        _engine = new CpuEngine();
        _scope = _engine.BeginScope();
        _call = Workloads.All.Single(workload => workload.Name == Kernel).Prepare(_engine);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _scope.Dispose();
        _engine.Dispose();
    }

    [Benchmark]
    public void Run()
    {
        using var scope = _engine.BeginScope();
        _call();
    }
}
