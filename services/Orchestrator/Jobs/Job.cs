using Google.Protobuf;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>
/// A job: one row, one state machine, one history. State changes only through the methods here; each checks the state machine and
/// appends the event that tells of it, so that a row and its history cannot disagree.
/// </summary>
public sealed class Job
{
    // For Entity Framework.
    private Job()
    {
    }

    /// <summary>The job's id.</summary>
    public string Id { get; private init; } = "";

    /// <summary>Whose job it is.</summary>
    public string Caller { get; private init; } = "";

    /// <summary>The caller's key for the submission; null when none was given.</summary>
    public string? RequestId { get; private init; }

    /// <summary>A digest of everything submitted.</summary>
    public string Fingerprint { get; private init; } = "";

    /// <summary>The <c>EditSpecification</c>, encoded.</summary>
    public byte[] Specification { get; private init; } = [];

    /// <summary>The clip as the stages see it.</summary>
    public ClipShape Clip { get; private init; } = null!;

    /// <summary>The decoded frames; known as long as the job is, even after their bytes are gone.</summary>
    public ArtifactDigest Source { get; private init; }

    /// <summary>Place in the fair queue: the lowest tag is claimed first, by the most urgent job of its caller.</summary>
    public long QueueTag { get; private set; }

    /// <summary>Which of the caller's own jobs goes first.</summary>
    public JobPriority Priority { get; private init; } = JobPriority.Normal;

    /// <summary>The span of the submission as a W3C traceparent; null when there was none.</summary>
    public string? TraceParent { get; private init; }

    /// <summary>Where the job stands.</summary>
    public JobState State { get; private set; }

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset SubmittedAt { get; private init; }

    /// <summary>When it fails if no worker has claimed it; null for never.</summary>
    public DateTimeOffset? QueueDeadline { get; private set; }

    /// <summary>When a worker first claimed it.</summary>
    public DateTimeOffset? StartedAt { get; private set; }

    /// <summary>When it reached a final state.</summary>
    public DateTimeOffset? FinishedAt { get; private set; }

    /// <summary>When it will be deleted with all it owns; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; private set; }

    /// <summary>When it entered its present state.</summary>
    public DateTimeOffset StateSince { get; private set; }

    /// <summary>The newest <c>StageProgress</c> of the present stage, encoded; null before the first.</summary>
    public byte[]? Progress { get; private set; }

    /// <summary>How often a worker has claimed the job.</summary>
    public int Attempts { get; private set; }

    /// <summary>How often a worker has claimed the job since it last left something to resume from.</summary>
    public int FruitlessAttempts { get; private set; }

    /// <summary>Who holds the job; null when nobody does.</summary>
    public string? LeaseOwner { get; private set; }

    /// <summary>Until when the holder may write without renewing.</summary>
    public DateTimeOffset? LeaseExpiresAt { get; private set; }

    /// <summary>The token of the present holder; grows whenever the right to write passes on.</summary>
    public long FencingToken { get; private set; }

    /// <summary>The sequence of the newest event.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Grows with every change; guards against two writers of the same row.</summary>
    public long Version { get; private set; }

    /// <summary>The <c>EditFailure</c> of a failed job, encoded; null otherwise.</summary>
    public byte[]? Failure { get; private set; }

    /// <summary>The errors so far, as the causes of an encoded <c>EditFailure</c>; null while there are none.</summary>
    public byte[]? Causes { get; private set; }

    /// <summary>Whether the service gave the job up, rather than the job being at fault.</summary>
    public bool IsDeadLetter { get; private set; }

    /// <summary>What the caller should know, one per line.</summary>
    public string Warnings { get; private set; } = "";

    /// <summary>The history as far as loaded, and the events to be saved.</summary>
    public ICollection<JobEvent> Events { get; } = [];

    /// <summary>The artifacts as far as loaded, and those to be saved.</summary>
    public ICollection<JobArtifact> Artifacts { get; } = [];

    /// <summary>Time spent per stage.</summary>
    public ICollection<JobStageRun> StageRuns { get; } = [];

    /// <summary>The caller's labels, as far as loaded.</summary>
    public ICollection<JobLabel> Labels { get; } = [];

    /// <summary>The right to write that the present holder has.</summary>
    public JobLease Lease => new(Id, FencingToken);

    /// <summary>Begins a job's life in the queue.</summary>
    /// <param name="submission">What was submitted.</param>
    /// <param name="queueTag">Its place in the fair queue.</param>
    /// <param name="now">The time of acceptance.</param>
    public static Job Submit(NewJob submission, long queueTag, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(submission);
        var job = new Job
        {
            Id = submission.Id,
            Caller = submission.Caller,
            RequestId = submission.RequestId.Length == 0 ? null : submission.RequestId,
            Fingerprint = submission.Fingerprint,
            Specification = submission.Specification,
            Clip = submission.Clip,
            Source = submission.Source,
            QueueTag = queueTag,
            Priority = submission.Priority,
            TraceParent = submission.TraceParent,
            QueueDeadline = now + submission.QueueTimeout,
            State = JobState.Queued,
            SubmittedAt = now,
            StateSince = now,
            Warnings = string.Join('\n', submission.Warnings),
        };
        foreach (var artifact in submission.Artifacts)
            job.AddArtifact(artifact, now);

        foreach (var (key, value) in submission.Labels)
            job.Labels.Add(new JobLabel { JobId = job.Id, Key = key, Value = value });

        job.Append(now, JobEventKind.StateChanged);
        return job;
    }

    /// <summary>Gives the job to a worker. A job whose last worker died goes through the queue, so that its history shows it.</summary>
    /// <exception cref="IllegalTransitionException">The job has ended.</exception>
    public void Claim(string owner, DateTimeOffset now, TimeSpan leaseDuration)
    {
        if (JobStateMachine.IsRunning(State))
        {
            AddCause(JobFailures.WorkerLost(this, now));
            Release(now);
        }

        Move(JobState.Preparing, now);
        LeaseOwner = owner;
        LeaseExpiresAt = now + leaseDuration;
        FencingToken++;
        Attempts++;
        FruitlessAttempts++;
        StartedAt ??= now;
        QueueDeadline = null;
    }

    /// <summary>Keeps the job with its worker.</summary>
    public void Renew(DateTimeOffset now, TimeSpan leaseDuration)
    {
        LeaseExpiresAt = now + leaseDuration;
        Version++;
    }

    /// <summary>Goes on to the next stage.</summary>
    /// <exception cref="IllegalTransitionException">That stage does not come next.</exception>
    public void Advance(JobState to, DateTimeOffset now) => Move(to, now);

    /// <summary>Ends the job with its result.</summary>
    /// <exception cref="IllegalTransitionException">The job is not encoding.</exception>
    public void Succeed(DateTimeOffset now, TimeSpan? keepFor) => End(JobState.Succeeded, now, keepFor);

    /// <summary>Ends the job with an error.</summary>
    /// <exception cref="IllegalTransitionException">The job has ended.</exception>
    public void Fail(EditFailure failure, DateTimeOffset now, TimeSpan? keepFor)
    {
        ArgumentNullException.ThrowIfNull(failure);
        End(JobState.Failed, now, keepFor);
        IsDeadLetter = failure.DeadLetter;
        Failure = JobFailures.WithHistory(failure, Causes, this, now).ToByteArray();
        Causes = null;
    }

    /// <summary>Changes places in the queue with another job.</summary>
    internal void ChangePlaces(Job other)
    {
        (QueueTag, other.QueueTag) = (other.QueueTag, QueueTag);
        Version++;
        other.Version++;
    }

    /// <summary>Withdraws the job; its worker, if it has one, can write no more.</summary>
    /// <exception cref="IllegalTransitionException">The job has ended.</exception>
    public void Cancel(DateTimeOffset now, TimeSpan? keepFor)
    {
        End(JobState.Cancelled, now, keepFor);
        FencingToken++;
    }

    /// <summary>Puts a running job back into the queue, for the next worker to go on from the last checkpoint.</summary>
    /// <param name="now">The present time.</param>
    /// <param name="counts">Whether the attempt is one of those that may be fruitless; false for one that no worker could have brought further.</param>
    /// <exception cref="IllegalTransitionException">The job is not running.</exception>
    public void Release(DateTimeOffset now, bool counts = true)
    {
        Move(JobState.Queued, now);
        FencingToken++;
        if (!counts)
            FruitlessAttempts = Math.Max(0, FruitlessAttempts - 1);
    }

    /// <summary>Notes that the next worker will not begin where this one began.</summary>
    public void MarkFruitful()
    {
        FruitlessAttempts = 0;
        Version++;
    }

    /// <summary>Records a finished step.</summary>
    public void Report(StageProgress progress, DateTimeOffset now)
    {
        Progress = progress.ToByteArray();
        Append(now, JobEventKind.Progress, Progress);
    }

    /// <summary>Records that a stage call failed and is made again.</summary>
    public void Retry(StageRetry retry, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(retry);
        RunOf(State).Retries++;
        AddCause(JobFailures.Retried(this, retry, now));
        Append(now, JobEventKind.StageRetried, retry.ToByteArray());
    }

    /// <summary>Records that the present stage's result came from the cache.</summary>
    public void MarkCached()
    {
        RunOf(State).Cached = true;
        Version++;
    }

    /// <summary>Adds what the caller should know.</summary>
    public void Warn(IEnumerable<string> warnings)
    {
        Warnings = string.Join('\n', Warnings.Split('\n', StringSplitOptions.RemoveEmptyEntries).Union(warnings));
        Version++;
    }

    /// <summary>
    /// Gives a name to stored bytes; artifacts that callers may see are announced. A name given again, as a resumed job does, moves to the
    /// new bytes, and is announced only when they differ. An artifact of that name must have been loaded if there is one.
    /// </summary>
    public void AddArtifact(NewArtifact artifact, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        Version++;
        var added = Artifacts.FirstOrDefault(present => present.Name == artifact.Name);
        if (added?.Reference == artifact.Reference)
            return;

        if (added is null)
            Artifacts.Add(added = new JobArtifact { JobId = Id, Name = artifact.Name, Kind = artifact.Kind, MediaType = artifact.MediaType });

        added.PointTo(artifact.Reference, now);
        if (added.IsPublic)
            Append(now, JobEventKind.ArtifactReady, ArtifactMapping.ToProto(added).ToByteArray());
    }

    private void AddCause(FailureCause cause) => Causes = JobFailures.Append(Causes, cause);

    private void End(JobState state, DateTimeOffset now, TimeSpan? keepFor)
    {
        Move(state, now);
        FinishedAt = now;
        ExpiresAt = now + keepFor;
    }

    private void Move(JobState to, DateTimeOffset now)
    {
        if (!JobStateMachine.Allows(State, to))
            throw new IllegalTransitionException(State, to);

        if (JobStateMachine.IsRunning(State))
            RunOf(State).Duration += now - StateSince;

        State = to;
        StateSince = now;
        Progress = null;
        if (!JobStateMachine.IsRunning(to))
        {
            LeaseOwner = null;
            LeaseExpiresAt = null;
        }

        Append(now, JobEventKind.StateChanged);
    }

    private JobStageRun RunOf(JobState stage)
    {
        var run = StageRuns.FirstOrDefault(run => run.Stage == stage);
        if (run is null)
            StageRuns.Add(run = new JobStageRun { JobId = Id, Stage = stage });

        return run;
    }

    private void Append(DateTimeOffset now, JobEventKind kind, byte[]? payload = null)
    {
        Version++;
        Events.Add(new JobEvent { JobId = Id, Sequence = ++LastSequence, At = now, Kind = kind, State = State, Payload = payload ?? [] });
    }
}
