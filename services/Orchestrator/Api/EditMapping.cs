using Google.Protobuf.WellKnownTypes;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Stages;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Api;

/// <summary>Jobs and their histories in the words of the contract.</summary>
internal static class EditMapping
{
    /// <summary>A job as it stands.</summary>
    /// <param name="job">The job with its artifacts, labels and stage times.</param>
    /// <param name="queuePosition">Jobs before it; null when not asked for or not queued.</param>
    public static Edit ToEdit(Job job, int? queuePosition = null)
    {
        var edit = new Edit
        {
            Id = job.Id,
            State = ToState(job.State),
            Specification = EditSpecification.Parser.ParseFrom(job.Specification),
            CreateTime = Timestamp.FromDateTimeOffset(job.SubmittedAt),
            LastSequence = (ulong)job.LastSequence,
        };
        if (job.Progress is not null)
            edit.Progress = StageProgress.Parser.ParseFrom(job.Progress);
        if (queuePosition is { } position)
            edit.QueuePosition = (uint)position;
        if (job.StartedAt is { } started)
            edit.StartTime = Timestamp.FromDateTimeOffset(started);
        if (job.FinishedAt is { } finished)
            edit.EndTime = Timestamp.FromDateTimeOffset(finished);
        if (job.ExpiresAt is { } expires)
            edit.ExpireTime = Timestamp.FromDateTimeOffset(expires);
        if (job.Failure is not null)
            edit.Failure = EditFailure.Parser.ParseFrom(job.Failure);

        edit.Artifacts.Add(job.Artifacts.Where(artifact => artifact.IsPublic).OrderBy(artifact => artifact.Name, StringComparer.Ordinal).Select(ArtifactMapping.ToProto));
        edit.Timings.Add(job.StageRuns.OrderBy(run => run.Stage).Select(run => new StageTiming
        {
            Stage = StageName.Of(run.Stage),
            Duration = Duration.FromTimeSpan(run.Duration),
            Retries = (uint)run.Retries,
            Cached = run.Cached,
        }));
        edit.Warnings.Add(job.Warnings.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return edit;
    }

    /// <summary>An event that is not the end of a job.</summary>
    public static EditEvent ToEvent(JobEvent entry)
    {
        var result = new EditEvent { Sequence = (ulong)entry.Sequence, Time = Timestamp.FromDateTimeOffset(entry.At) };
        switch (entry.Kind)
        {
            case JobEventKind.Progress:
                result.Progress = StageProgress.Parser.ParseFrom(entry.Payload);
                break;
            case JobEventKind.ArtifactReady:
                result.Artifact = Artifact.Parser.ParseFrom(entry.Payload);
                break;
            case JobEventKind.StageRetried:
                result.Retry = StageRetry.Parser.ParseFrom(entry.Payload);
                break;
            default:
                result.State = ToState(entry.State);
                break;
        }

        return result;
    }

    /// <summary>A state in the contract; the numbers agree, and a test holds them together.</summary>
    public static EditState ToState(JobState state) => (EditState)state;

    /// <summary>A state of the contract; null for one that no job can have.</summary>
    public static JobState? FromState(EditState state) =>
        System.Enum.IsDefined((JobState)state) ? (JobState)state : null;
}
