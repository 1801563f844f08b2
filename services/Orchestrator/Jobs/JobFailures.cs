using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using VideoGrain.Orchestrator.Stages;
using VideoGrain.Orchestrator.Submission;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>Why the orchestrator itself gives a job up, and the chain of errors that a failure ends.</summary>
internal static class JobFailures
{
    /// <summary>Most errors that a job remembers: the newest ones.</summary>
    public const int MaxCauses = 32;

    // gRPC status codes, as EditFailure.code carries them.
    private const int DeadlineExceeded = 4;
    private const int Aborted = 10;
    private const int Unavailable = 14;
    private const int MaxMessage = 1000;

    public static EditFailure DeadlineInQueue(Job job) => new()
    {
        Code = DeadlineExceeded,
        Reason = SubmissionReasons.DeadlineInQueue,
        Message = "No worker was free within the submission's queue_timeout.",
        Metadata = { ["queued_since"] = job.SubmittedAt.ToString("O") },
    };

    public static EditFailure AttemptsExhausted(Job job) => new()
    {
        Code = Aborted,
        Reason = SubmissionReasons.JobAttemptsExhausted,
        Message = $"{job.FruitlessAttempts} workers in a row took the job and came no further; the last one stopped in state {job.State}.",
        Metadata = { ["attempts"] = job.Attempts.ToString(CultureInfo.InvariantCulture) },
        DeadLetter = true,
    };

    /// <summary>A worker fell silent.</summary>
    public static FailureCause WorkerLost(Job job, DateTimeOffset now) => new()
    {
        Time = Timestamp.FromDateTimeOffset(now),
        Attempt = (uint)job.Attempts,
        Stage = StageName.Of(job.State),
        Code = Unavailable,
        Reason = SubmissionReasons.WorkerLost,
        Message = "The worker was not heard of until its lease ran out.",
    };

    /// <summary>A stage's call failed and is made again.</summary>
    public static FailureCause Retried(Job job, StageRetry retry, DateTimeOffset now) => new()
    {
        Time = Timestamp.FromDateTimeOffset(now),
        Attempt = (uint)job.Attempts,
        Stage = retry.Stage,
        Code = retry.Code,
        Reason = retry.Reason,
        Message = retry.Message.Length <= MaxMessage ? retry.Message : retry.Message[..MaxMessage],
    };

    /// <summary>Adds an error to those so far; the oldest go when there are too many.</summary>
    /// <param name="causes">The errors so far, encoded; null for none.</param>
    /// <param name="cause">The new one.</param>
    public static byte[] Append(byte[]? causes, FailureCause cause)
    {
        var all = Parse(causes);
        all.Causes.Add(cause);
        while (all.Causes.Count > MaxCauses)
            all.Causes.RemoveAt(0);

        return all.ToByteArray();
    }

    /// <summary>The failure with all that led to it: the errors of earlier attempts, then its own causes, the one behind all others first.</summary>
    public static EditFailure WithHistory(EditFailure failure, byte[]? causes, Job job, DateTimeOffset now)
    {
        var whole = failure.Clone();
        whole.Causes.Clear();
        whole.Causes.Add(Parse(causes).Causes);
        foreach (var cause in failure.Causes)
        {
            var own = cause.Clone();
            (own.Time, own.Attempt, own.Stage) = (Timestamp.FromDateTimeOffset(now), (uint)job.Attempts, failure.Stage);
            whole.Causes.Add(own);
        }

        return whole;
    }

    private static EditFailure Parse(byte[]? causes) => causes is null ? new EditFailure() : EditFailure.Parser.ParseFrom(causes);
}
