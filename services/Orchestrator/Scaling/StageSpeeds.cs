using VideoGrain.Orchestrator.Jobs;

namespace VideoGrain.Orchestrator.Scaling;

/// <summary>How fast one GPU works in each stage, in floating-point operations a second by <see cref="WorkModel"/>'s count.</summary>
/// <param name="assumed">The speed of a stage that has not been measured.</param>
internal sealed class StageSpeeds(double assumed)
{
    private readonly Dictionary<JobState, double> _measured = [];

    /// <summary>The speed of a stage.</summary>
    public double Of(JobState stage) => _measured.GetValueOrDefault(stage, assumed);

    /// <summary>
    /// Learns from ended jobs. A run that was repeated or came from the cache says nothing; of the others the median counts, so that neither a
    /// stalled nor a resumed job moves the rest.
    /// </summary>
    /// <param name="jobs">Ended jobs with their work.</param>
    public StageSpeeds Measure(IReadOnlyCollection<(GpuWork Work, IReadOnlyCollection<JobStageRun> Runs)> jobs)
    {
        foreach (var stage in GpuStages.All)
        {
            var speeds = jobs
                .SelectMany(job => job.Runs.Where(run => run.Stage == stage && run is { Cached: false, Retries: 0 } && run.Duration > TimeSpan.Zero)
                    .Select(run => job.Work.Of(stage) / run.Duration.TotalSeconds))
                .Order().ToList();
            if (speeds.Count > 0)
                _measured[stage] = speeds[speeds.Count / 2];
        }

        return this;
    }
}
