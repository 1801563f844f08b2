using VideoGrain.Orchestrator.Execution;
using VideoGrain.Orchestrator.Options;

namespace VideoGrain.Orchestrator.Tests.Execution;

/// <summary>k = ⌈c / (p s)⌉.</summary>
public sealed class CheckpointIntervalTests
{
    [Theory]
    [InlineData(10, 1000, 0.01, 1)]
    [InlineData(10.1, 1000, 0.01, 2)]
    [InlineData(10, 300, 0.01, 4)]
    [InlineData(8, 40, 0.01, 20)]
    [InlineData(8, 40, 0.05, 4)]
    [InlineData(100, 5, 0.01, CheckpointInterval.MostSteps)]
    [InlineData(0, 1000, 0.01, 1)]
    [InlineData(1, 0, 0.01, CheckpointInterval.MostSteps)]
    [InlineData(-1, -1, 0.01, 1)]
    public void Interval_IsTheLeastThatKeepsToTheShare(double checkpointMilliseconds, double stepMilliseconds, double share, int expected)
    {
        var interval = new CheckpointInterval(new WorkerOptions { CheckpointShare = share });
        interval.StepTook(TimeSpan.FromMilliseconds(stepMilliseconds));
        interval.CheckpointTook(TimeSpan.FromMilliseconds(checkpointMilliseconds));

        Assert.Equal(expected, interval.Steps);
    }

    [Fact]
    public void Interval_UntilBothCostsAreKnown_IsOneStep()
    {
        var interval = new CheckpointInterval(new WorkerOptions());
        Assert.Equal(1, interval.Steps);

        interval.CheckpointTook(TimeSpan.FromSeconds(1));
        Assert.Equal(1, interval.Steps);

        interval.StepTook(TimeSpan.FromSeconds(10));
        Assert.Equal(10, interval.Steps);
    }

    [Fact]
    public void Interval_AfterOneSlowCheckpoint_ChangesLittle_AndFollowsALastingChange()
    {
        var interval = new CheckpointInterval(new WorkerOptions());
        interval.StepTook(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 20; i++)
            interval.CheckpointTook(TimeSpan.FromMilliseconds(20));
        Assert.Equal(2, interval.Steps);

        interval.CheckpointTook(TimeSpan.FromMilliseconds(60));
        Assert.Equal(3, interval.Steps);

        for (var i = 0; i < 20; i++)
            interval.CheckpointTook(TimeSpan.FromMilliseconds(59));
        Assert.Equal(6, interval.Steps);
    }

    [Fact]
    public void Interval_AsConfigured_HeedsNoCost()
    {
        var interval = new CheckpointInterval(new WorkerOptions { CheckpointEvery = 7 });
        interval.StepTook(TimeSpan.FromSeconds(1));
        interval.CheckpointTook(TimeSpan.FromSeconds(1));

        Assert.Equal(7, interval.Steps);
    }
}
