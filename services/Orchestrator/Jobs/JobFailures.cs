using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>Why the orchestrator itself gives a job up.</summary>
internal static class JobFailures
{
    // gRPC status codes, as EditFailure.code carries them.
    private const int DeadlineExceeded = 4;
    private const int Aborted = 10;

    public static EditFailure DeadlineInQueue(Job job) => new()
    {
        Code = DeadlineExceeded,
        Reason = "DEADLINE_IN_QUEUE",
        Message = "No worker was free within the submission's queue_timeout.",
        Metadata = { ["queued_since"] = job.SubmittedAt.ToString("O") },
    };

    public static EditFailure AttemptsExhausted(Job job) => new()
    {
        Code = Aborted,
        Reason = "JOB_ATTEMPTS_EXHAUSTED",
        Message = $"{job.FruitlessAttempts} workers in a row took the job and came no further; the last one stopped in state {job.State}.",
        Metadata = { ["attempts"] = job.Attempts.ToString(System.Globalization.CultureInfo.InvariantCulture) },
    };
}
