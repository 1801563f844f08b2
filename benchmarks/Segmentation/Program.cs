using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using VideoGrain.Segmentation.Benchmarks;

// overhead: what a call costs beyond the runs of its model. Anything else goes to BenchmarkDotNet: the built-in estimators.
if (args is ["overhead", ..])
{
    await OverheadReport.PrintAsync();
    return;
}

// In this process: the repository's build settings do not suit the projects that BenchmarkDotNet would generate.
var job = Job.ShortRun.WithToolchain(InProcessNoEmitToolchain.Instance);
BenchmarkRunner.Run<EstimatorBenchmarks>(DefaultConfig.Instance.AddJob(job), args);
