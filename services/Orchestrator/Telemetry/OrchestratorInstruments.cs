using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Scaling;
using VideoGrain.Orchestrator.Submission;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Orchestrator.Telemetry;

/// <summary>What operators see of the jobs. Names are OpenTelemetry's; Prometheus shows dots as underscores and adds the unit.</summary>
public sealed class OrchestratorInstruments
{
    private const string OutcomeKey = "outcome";
    private const string ReasonKey = "reason";
    private const string StageKey = "stage";
    private const string StateKey = "state";
    private const string OperationKey = "op";
    private const string KindKey = "kind";
    private const string ResultKey = "result";
    private const string DirectionKey = "direction";
    private const string CallerKey = "caller";
    private const string In = "in";
    private const string Out = "out";
    private const string Hit = "hit";
    private const string Miss = "miss";

    private static readonly string[] CacheKinds = ["inversion", "attention", "clusters", "masks", "control", "flow"];
    private static readonly JobState[] States = Enum.GetValues<JobState>();
    private static readonly JobState[] RemoteStages = [JobState.Preparing, JobState.Inverting, JobState.Denoising];
    private static readonly JobState[] Outcomes = [JobState.Succeeded, JobState.Failed, JobState.Cancelled];

    private readonly Meter _meter;
    private readonly CallerLabels _callers;
    private readonly TimeProvider _time;
    private readonly BoundedLabel _reasons = BoundedLabel.Reasons();
    private readonly ConcurrentDictionary<string, bool> _callersSeen = new(StringComparer.Ordinal);
    private readonly Counter<long> _submitted;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _completed;
    private readonly Counter<long> _resumed;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _cacheRequests;
    private readonly Counter<long> _streamBytes;
    private readonly Counter<long> _damaged;
    private readonly Counter<long> _databaseErrors;
    private readonly Counter<long> _callerSubmitted;
    private readonly Counter<long> _callerCompleted;
    private readonly Counter<long> _callerFrames;
    private readonly Counter<double> _callerStageTime;
    private readonly Histogram<double> _queueTime;
    private readonly Histogram<double> _jobDuration;
    private readonly Histogram<double> _stageDuration;
    private readonly Histogram<double> _firstPreview;
    private readonly Histogram<double> _checkpoint;
    private volatile QueueSnapshot _queue = QueueSnapshot.Empty;
    private volatile bool _databaseUp = true;
    private volatile BacklogEstimate _backlog = new(0, 0);

    /// <summary>Makes the instruments on the service's meter.</summary>
    public OrchestratorInstruments(IMeterFactory meters, ServiceDescription service, CallerLabels callers, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentNullException.ThrowIfNull(service);
        (_callers, _time) = (callers, time);
        var meter = _meter = meters.Create(service.MeterName, service.Version);
        _submitted = meter.CreateCounter<long>("videograin.jobs.submitted", null, "Jobs accepted into the queue.");
        _refused = meter.CreateCounter<long>("videograin.jobs.refused", null, "Submissions refused for lack of room: in the queue, in the caller's share, on the disk.");
        _completed = meter.CreateCounter<long>("videograin.jobs.completed", null, "Jobs that ended, by outcome and reason.");
        _resumed = meter.CreateCounter<long>("videograin.jobs.resumed", null, "Stages that went on from a checkpoint.");
        _retries = meter.CreateCounter<long>("videograin.stage.retries", null, "Stage calls made again, by reason of the failure before.");
        _cacheRequests = meter.CreateCounter<long>("videograin.cache.requests", null, "Look-ups of cached results.");
        _streamBytes = meter.CreateCounter<long>("videograin.stream", "By", "Tensor bytes that came and went.");
        _damaged = meter.CreateCounter<long>("videograin.artifacts.damaged", null, "Stored artifacts whose bytes no longer matched their digest.");
        _databaseErrors = meter.CreateCounter<long>("videograin.database.errors", null, "Database connections and commands that failed.");
        _callerSubmitted = meter.CreateCounter<long>("videograin.caller.jobs.submitted", null, "Jobs accepted into the queue, by caller.");
        _callerCompleted = meter.CreateCounter<long>("videograin.caller.jobs.completed", null, "Jobs that ended, by caller and outcome.");
        _callerFrames = meter.CreateCounter<long>("videograin.caller.frames", null, "Edited frames delivered, by caller.");
        _callerStageTime = meter.CreateCounter<double>("videograin.caller.stage.time", "s", "Time that a caller's jobs held a stage, failed attempts included.");
        _queueTime = Duration("videograin.job.queue", "Time from submission to the first worker.");
        _jobDuration = Duration("videograin.job.duration", "Time from submission to the end.");
        _stageDuration = Duration("videograin.job.stage.duration", "Time that a job spent in a stage in one go.");
        _firstPreview = Duration("videograin.first.preview", "Time from submission to the first preview.");
        _checkpoint = Duration("videograin.checkpoint", "Time to save or load a checkpoint.");
        Observe();
        CountFromZero();

        Histogram<double> Duration(string name, string description) => meter.CreateHistogram(name, "s", description, advice: DurationBuckets.UpToAnHour);
    }

    /// <summary>Whether the database answered when it was last asked.</summary>
    internal bool IsDatabaseUp => _databaseUp;

    /// <summary>A job was accepted.</summary>
    public void Submitted(string caller)
    {
        _submitted.Add(1);
        var label = _callers.Of(caller);
        _callersSeen.TryAdd(label, true);
        _callerSubmitted.Add(1, Tag(CallerKey, label));
    }

    /// <summary>A submission was refused.</summary>
    public void Refused(string reason) => _refused.Add(1, Tag(ReasonKey, _reasons.Of(reason)));

    /// <summary>A job ended.</summary>
    /// <param name="job">The job.</param>
    /// <param name="outcome">Its final state.</param>
    /// <param name="reason">The reason of a failure; empty otherwise.</param>
    public void Completed(Job job, JobState outcome, string reason)
    {
        ArgumentNullException.ThrowIfNull(job);
        var caller = Tag(CallerKey, _callers.Of(job.Caller));
        _completed.Add(1, Tag(OutcomeKey, Name(outcome)), Tag(ReasonKey, _reasons.Of(reason)));
        _callerCompleted.Add(1, caller, Tag(OutcomeKey, Name(outcome)));
        _jobDuration.Record((_time.GetUtcNow() - job.SubmittedAt).TotalSeconds, Tag(OutcomeKey, Name(outcome)));
        if (outcome == JobState.Succeeded)
            _callerFrames.Add(job.Clip.Frames, caller);
    }

    /// <summary>A worker took a job for the first time.</summary>
    public void Started(TimeSpan queued) => _queueTime.Record(queued.TotalSeconds);

    /// <summary>A stage went on from a checkpoint.</summary>
    public void Resumed(JobState stage) => _resumed.Add(1, Tag(StageKey, Name(stage)));

    /// <summary>A stage call is made again.</summary>
    public void Retried(JobState stage, string reason) => _retries.Add(1, Tag(StageKey, Name(stage)), Tag(ReasonKey, _reasons.Of(reason)));

    /// <summary>A job held a stage.</summary>
    public void StageHeld(string caller, JobState stage, TimeSpan duration) =>
        _callerStageTime.Add(Math.Max(0, duration.TotalSeconds), Tag(CallerKey, _callers.Of(caller)), Tag(StageKey, Name(stage)));

    /// <summary>The cache was asked.</summary>
    public void CacheAsked(string kind, bool hit) => _cacheRequests.Add(1, Tag(KindKey, kind), Tag(ResultKey, hit ? Hit : Miss));

    /// <summary>Tensor bytes went to a stage or came from it.</summary>
    public void Streamed(JobState stage, bool sent, long bytes) => _streamBytes.Add(bytes, Tag(StageKey, Name(stage)), Tag(DirectionKey, sent ? Out : In));

    /// <summary>A stored artifact turned out to be damaged.</summary>
    public void Damaged() => _damaged.Add(1);

    /// <summary>The database answered.</summary>
    public void DatabaseAnswered() => _databaseUp = true;

    /// <summary>The database did not answer, or with an error of its own.</summary>
    public void DatabaseFailed()
    {
        _databaseUp = false;
        _databaseErrors.Add(1);
    }

    /// <summary>A job left a stage.</summary>
    public void StageLeft(JobState stage, TimeSpan duration) => _stageDuration.Record(duration.TotalSeconds, Tag(StageKey, Name(stage)));

    /// <summary>A job has its first preview.</summary>
    public void Previewed(TimeSpan sinceSubmission) => _firstPreview.Record(sinceSubmission.TotalSeconds);

    /// <summary>A checkpoint was saved or loaded.</summary>
    public void Checkpointed(bool saved, TimeSpan duration) => _checkpoint.Record(duration.TotalSeconds, Tag(OperationKey, saved ? "save" : "load"));

    /// <summary>Watches the disk of the data folder; to be called once.</summary>
    /// <param name="space">Bytes in all and still available; null when that cannot be told.</param>
    public void WatchStorage(Func<(long Total, long Available)?> space) => _meter.CreateObservableGauge(
        "videograin.storage",
        () => space() is not var (total, available)
            ? []
            : new Measurement<long>[] { new(total, Tag(KindKey, "total")), new(available, Tag(KindKey, "available")) },
        "By", "Size of the data folder's disk, and what of it is available.");

    /// <summary>Watches the workers of this process; to be called once.</summary>
    public void WatchWorkers(int capacity, Func<int> busy) => _meter.CreateObservableGauge(
        "videograin.workers",
        () => new Measurement<int>[] { new(capacity, Tag(KindKey, "capacity")), new(busy(), Tag(KindKey, "busy")) },
        null, "Jobs that this process can run at a time, and runs now.");

    internal void SetBacklog(BacklogEstimate backlog) => _backlog = backlog;

    /// <summary>Watches the addresses of the stages; to be called once.</summary>
    /// <param name="states">Stage and state (ready, busy, broken) of each address.</param>
    public void WatchAddresses(Func<IEnumerable<(string Stage, string State)>> states) => _meter.CreateObservableGauge(
        "videograin.stage.addresses",
        () => states().GroupBy(address => address).Select(group => new Measurement<int>(group.Count(), Tag(StageKey, StageLabels.Of(group.Key.Stage)), Tag(StateKey, group.Key.State))),
        null,
        "Addresses of the stages by state.");

    internal void SetQueue(QueueSnapshot queue) => _queue = queue;

    /// <summary>The label of a state or stage.</summary>
    internal static string Name(JobState state) => state.ToString().ToLowerInvariant();

    private static KeyValuePair<string, object?> Tag(string key, string value) => new(key, value);

    private void Observe()
    {
        _meter.CreateObservableGauge(
            "videograin.jobs", () => States.Select(state => new Measurement<int>(_queue.ByState.GetValueOrDefault(state), Tag(StateKey, Name(state)))), null, "Jobs by state.");
        _meter.CreateObservableGauge(
            "videograin.queue.oldest",
            () => _queue.OldestQueuedSince is { } since ? Math.Max(0, (_time.GetUtcNow() - since).TotalSeconds) : 0, "s",
            "How long the job that has waited longest is waiting; 0 when none waits.");
        _meter.CreateObservableGauge(
            "videograin.gpu.backlog", () => GpuStages.All.Select(stage => new Measurement<double>(_backlog.Of(stage), Tag(StageKey, GpuStages.Name(stage)))), "s",
            "GPU-seconds of waiting work by stage; what the autoscaler is told.");
        _meter.CreateObservableGauge("videograin.caller.jobs", UnfinishedByCaller, null, "Unfinished jobs by caller.");
        _meter.CreateObservableGauge("videograin.database.up", () => _databaseUp ? 1 : 0, null, "1 while the database answers.");
    }

    // Whoever had jobs once goes on with 0: a series that ends shows its last value for minutes.
    private IEnumerable<Measurement<int>> UnfinishedByCaller()
    {
        var unfinished = _queue.UnfinishedByCaller.GroupBy(entry => _callers.Of(entry.Key), entry => entry.Value).ToDictionary(group => group.Key, group => group.Sum());
        foreach (var caller in unfinished.Keys)
            _callersSeen.TryAdd(caller, true);

        return _callersSeen.Keys.Select(caller => new Measurement<int>(unfinished.GetValueOrDefault(caller), Tag(CallerKey, caller)));
    }

    // Events to come count from zero: Prometheus sees no increase in a series that begins with one.
    private void CountFromZero()
    {
        foreach (var rare in (Counter<long>[])[_submitted, _damaged, _databaseErrors])
            rare.Add(0);
        foreach (var reason in (string[])[SubmissionReasons.QueueFull, SubmissionReasons.CallerLimitExceeded, SubmissionReasons.StorageFull])
            _refused.Add(0, Tag(ReasonKey, reason));
        foreach (var outcome in Outcomes)
            _completed.Add(0, Tag(OutcomeKey, Name(outcome)), Tag(ReasonKey, outcome == JobState.Failed ? ErrorReasons.Internal : ""));
        foreach (var kind in CacheKinds)
        {
            foreach (var result in (string[])[Hit, Miss])
                _cacheRequests.Add(0, Tag(KindKey, kind), Tag(ResultKey, result));
        }

        foreach (var stage in RemoteStages)
        {
            foreach (var reason in (string[])[ErrorReasons.StageUnavailable, ErrorReasons.StageBusy])
                _retries.Add(0, Tag(StageKey, Name(stage)), Tag(ReasonKey, reason));
            foreach (var direction in (string[])[In, Out])
                _streamBytes.Add(0, Tag(StageKey, Name(stage)), Tag(DirectionKey, direction));
            if (stage != JobState.Preparing)
                _resumed.Add(0, Tag(StageKey, Name(stage)));
        }
    }
}
