using System.Text.Json;
using VideoGrain.Cli.Capacity;

namespace VideoGrain.Cli.Tests;

/// <summary>The queue's simulation against cases that can be computed exactly, and what the command makes of it.</summary>
public sealed class CapacityTests
{
    private const int Many = 200_000;

    public static TheoryData<int, double> Queues => new() { { 1, 0.5 }, { 1, 0.8 }, { 4, 0.7 }, { 20, 0.9 } };

    [Theory]
    [MemberData(nameof(Queues))]
    public void Simulation_OfExponentialTimes_AgreesWithErlang(int gpus, double utilization)
    {
        const double seconds = 30;
        var arrivals = utilization * gpus / seconds;
        ErlangQueue exact = new(arrivals, seconds, gpus);

        var found = Simulate(new CapacityLoad(arrivals * 3600, 0, seconds) { Variation = 1 }, gpus).Denoising;

        Assert.InRange(found.Utilization, utilization * 0.98, utilization * 1.02);
        Assert.InRange(found.Waits.Mean, exact.MeanWait * 0.92, exact.MeanWait * 1.08);
        foreach (var share in (double[])[0.5, 0.9, 0.95])
            Assert.Equal(exact.WaitQuantile(share), found.Waits.Quantile(share), 0.08 * exact.WaitQuantile(0.95));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(2)]
    public void Simulation_OfOneServer_AgreesWithPollaczekAndKhinchine(double variation)
    {
        const double seconds = 10, utilization = 0.7;
        var exact = utilization * seconds * (1 + (variation * variation)) / (2 * (1 - utilization));

        var found = Simulate(new CapacityLoad(utilization / seconds * 3600, 0, seconds) { Variation = variation }, 1).Denoising.Waits.Mean;

        Assert.InRange(found, exact * 0.92, exact * 1.08);
    }

    [Fact]
    public void Erlang_OfOneServer_IsTheTextbooks()
    {
        // Waits with probability rho; the mean is rho s / (1 - rho).
        ErlangQueue queue = new(0.08, 10, 1);

        Assert.Equal((0.8, 40.0), (Math.Round(queue.WaitProbability, 12), Math.Round(queue.MeanWait, 9)));
        Assert.Equal(0, queue.WaitQuantile(0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ErlangQueue(0.1, 10, 1));
    }

    [Fact]
    public void Simulation_OfTwoStages_WaitsInBothAndSkipsCachedInversions()
    {
        CapacityLoad load = new(100, 20, 30) { Variation = 1, CachedShare = 0.25 };

        var result = QueueSimulation.Run(load, PoolRule.Fixed(1), PoolRule.Fixed(1), int.MaxValue, Many);

        // What leaves an M/M/1 queue is again random (Burke), so both stages can be computed by themselves.
        Assert.InRange(result.Inversion.Utilization, load.Erlangs(GpuStage.Inversion) * 0.98, load.Erlangs(GpuStage.Inversion) * 1.02);
        Assert.InRange(result.Denoising.Utilization, load.Erlangs(GpuStage.Denoising) * 0.98, load.Erlangs(GpuStage.Denoising) * 1.02);
        Assert.InRange(result.Inversion.Waits.Mean, new ErlangQueue(75.0 / 3600, 20, 1).MeanWait * 0.92, new ErlangQueue(75.0 / 3600, 20, 1).MeanWait * 1.08);
        Assert.Equal((0.75 * result.Inversion.Waits.Mean) + result.Denoising.Waits.Mean, result.Waits.Mean, 0.05 * result.Waits.Mean);
    }

    [Fact]
    public void Simulation_WithFewerWorkersThanGpus_LeavesGpusIdle()
    {
        CapacityLoad load = new(200, 0, 60) { Variation = 1 };
        ErlangQueue exact = new(200.0 / 3600, 60, 5);

        var result = QueueSimulation.Run(load, PoolRule.Fixed(1), PoolRule.Fixed(50), workers: 5, Many);

        Assert.InRange(result.Waits.Mean, exact.MeanWait * 0.92, exact.MeanWait * 1.08);
        Assert.Equal(0, result.Denoising.Waits.Quantile(0.99));
    }

    [Fact]
    public void Autoscaler_WithRareClips_StartsGpusForEachAndGivesThemBack()
    {
        CapacityLoad load = new(0.2, 0, 30);
        PoolRule rule = new(0, 4) { StartSeconds = 300, CooldownSeconds = 600 };

        var result = QueueSimulation.Run(load, PoolRule.Fixed(0), rule, 4, 400);

        // A clip every five hours: the node's start is its wait, start, work and cooldown are what is paid for.
        Assert.Equal(300, result.Waits.Quantile(0.5), 1.0);
        Assert.InRange(result.HeldSecondsPerClip, 800, 960);
    }

    [Fact]
    public void Autoscaler_UnderSteadyLoad_HoldsLittleMoreThanIsUsed_AndCatchesUp()
    {
        CapacityLoad load = new(2000, 10, 20) { Variation = 0.3 };
        PoolRule rule = new(0, 40);

        var result = QueueSimulation.Run(load, rule, rule, 120, 20_000);

        Assert.InRange(result.Denoising.Gpus, load.Erlangs(GpuStage.Denoising), 40);
        Assert.InRange(result.Waits.Quantile(0.95), 0, 600);
    }

    [Fact]
    public void Plan_HoldsTheWait_AndOneGpuLessDoesNot()
    {
        CapacityLoad load = new(1000, 8, 22) { Variation = 0.3 };

        var plan = CapacityPlan.Find(load, longestWait: 20);

        Assert.InRange(plan.Simulated.Waits.Quantile(0.95), 0, 20);
        Assert.True(QueueSimulation.Run(load, PoolRule.Fixed(plan.InversionGpus), PoolRule.Fixed(plan.DenoisingGpus - 1), int.MaxValue, 20_000).Waits.Quantile(0.95) > 20
            || plan.DenoisingGpus - 1 <= load.Erlangs(GpuStage.Denoising));
        Assert.InRange(plan.InversionGpus, load.Erlangs(GpuStage.Inversion), 5);
    }

    [Fact]
    public async Task Command_AnswersBothWays()
    {
        var (code, output, _) = await RunAsync("capacity", "--json", "--clips-per-hour", "100", "--inversion-seconds", "8", "--denoising-seconds", "22", "--price", "3");

        var lines = output.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(ExitCodes.Success, code);
        Assert.Equal(["fixed", "autoscaled"], lines.Select(line => line.GetProperty("pools").GetString()));
        Assert.All(lines, line => Assert.Equal(line.GetProperty("gpu_seconds_per_clip").GetDouble() / 3600 * 3, line.GetProperty("cost_per_clip").GetDouble(), 9));
        Assert.True(lines[0].GetProperty("wait_seconds95").GetDouble() <= 60);
    }

    [Theory]
    [InlineData("capacity", "--clips-per-hour", "0", "--inversion-seconds", "8", "--denoising-seconds", "22")]
    [InlineData("capacity", "--clips-per-hour", "10", "--inversion-seconds", "8", "--denoising-seconds", "22", "--cached", "1.5")]
    public async Task Command_WithWhatCannotBe_SaysSo(params string[] arguments)
    {
        var (code, _, error) = await RunAsync(arguments);

        Assert.Equal(ExitCodes.Usage, code);
        Assert.NotEmpty(error);
    }

    private static SimulationResult Simulate(CapacityLoad load, int gpus) => QueueSimulation.Run(load, PoolRule.Fixed(0), PoolRule.Fixed(gpus), int.MaxValue, Many);

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        StringWriter output = new(), error = new();
        var code = await new App(output, error, interactive: false, TimeProvider.System).RunAsync(arguments, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
