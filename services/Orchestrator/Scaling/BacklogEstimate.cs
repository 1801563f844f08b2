using VideoGrain.Orchestrator.Jobs;

namespace VideoGrain.Orchestrator.Scaling;

/// <summary>GPU-seconds that wait for each stage.</summary>
/// <param name="Inverting">Seconds of inversion.</param>
/// <param name="Denoising">Seconds of denoising.</param>
internal sealed record BacklogEstimate(double Inverting, double Denoising)
{
    /// <summary>
    /// Adds up the open jobs. A job that is in the stage counts as at least one target: the GPU that it runs on is not to be taken away
    /// because little is left, and <c>backlog / target</c> is then the busy GPUs plus those that the queue deserves. Jobs in earlier stages
    /// count for the later ones too, so that a GPU is there when they arrive.
    /// </summary>
    /// <param name="jobs">The jobs that have not ended.</param>
    /// <param name="speeds">Speeds of the stages.</param>
    /// <param name="targetSeconds">GPU-seconds that one replica is to have.</param>
    public static BacklogEstimate Of(IEnumerable<OpenJob> jobs, StageSpeeds speeds, double targetSeconds)
    {
        var (inverting, denoising) = (0.0, 0.0);
        foreach (var job in jobs)
        {
            inverting += Remaining(job, JobState.Inverting);
            denoising += Remaining(job, JobState.Denoising);
        }

        return new BacklogEstimate(inverting, denoising);

        double Remaining(OpenJob job, JobState stage)
        {
            var seconds = job.Work.Of(stage) / speeds.Of(stage);
            return job.State < stage ? seconds
                : job.State == stage ? Math.Max(seconds * (1 - job.StageDone), targetSeconds)
                : 0;
        }
    }

    /// <summary>Seconds of one stage; 0 for a stage without a GPU.</summary>
    public double Of(JobState stage) => stage switch
    {
        JobState.Inverting => Inverting,
        JobState.Denoising => Denoising,
        _ => 0,
    };
}
