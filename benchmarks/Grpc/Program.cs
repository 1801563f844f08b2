using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using VideoGrain.Grpc.Benchmarks;

// In this process: the repository's build settings do not suit the projects that BenchmarkDotNet would generate.
var job = Job.ShortRun.WithToolchain(InProcessNoEmitToolchain.Instance);
var config = DefaultConfig.Instance.AddJob(job).AddColumn(new ThroughputColumn());
BenchmarkRunner.Run<LoopbackBenchmarks>(config, args);
