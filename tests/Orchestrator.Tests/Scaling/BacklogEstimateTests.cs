using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Scaling;

namespace VideoGrain.Orchestrator.Tests.Scaling;

public sealed class BacklogEstimateTests
{
    private const double Target = 60;
    private static readonly GpuWork Work = new(100, 200);
    private static readonly StageSpeeds OnePerSecond = new(1);

    [Fact]
    public void NoJobs_NeedNoGpu() => Assert.Equal(new BacklogEstimate(0, 0), BacklogEstimate.Of([], OnePerSecond, Target));

    [Fact]
    public void QueuedJobs_CountForBothStages() =>
        Assert.Equal(new BacklogEstimate(200, 400), Of(new OpenJob(JobState.Queued, Work, 0), new OpenJob(JobState.Preparing, Work, 0)));

    [Fact]
    public void RunningJob_CountsWithWhatIsLeft_ForItsStageAndTheNext() =>
        Assert.Equal(new BacklogEstimate(75, 200), Of(new OpenJob(JobState.Inverting, Work, 0.25)));

    [Fact]
    public void JobThatIsNearlyDone_KeepsItsGpu() => Assert.Equal(new BacklogEstimate(0, Target), Of(new OpenJob(JobState.Denoising, Work, 0.99)));

    [Fact]
    public void JobThatOnlyEncodes_NeedsNoGpu() => Assert.Equal(new BacklogEstimate(0, 0), Of(new OpenJob(JobState.Encoding, Work, 0)));

    [Fact]
    public void Speed_IsTheMedianOfUndisturbedRuns_AndAssumedWithoutAny()
    {
        var speeds = new StageSpeeds(7).Measure(
        [
            (Work, [Run(JobState.Denoising, 100)]),
            (Work, [Run(JobState.Denoising, 50)]),
            (Work, [Run(JobState.Denoising, 40)]),
            (Work, [Run(JobState.Denoising, 4000, retries: 3)]),
            (Work, [Run(JobState.Inverting, 1, cached: true)]),
        ]);

        Assert.Equal(4, speeds.Of(JobState.Denoising));
        Assert.Equal(7, speeds.Of(JobState.Inverting));
    }

    private static BacklogEstimate Of(params OpenJob[] jobs) => BacklogEstimate.Of(jobs, OnePerSecond, Target);

    private static JobStageRun Run(JobState stage, double seconds, int retries = 0, bool cached = false) =>
        new() { JobId = "j", Stage = stage, Duration = TimeSpan.FromSeconds(seconds), Retries = retries, Cached = cached };
}
