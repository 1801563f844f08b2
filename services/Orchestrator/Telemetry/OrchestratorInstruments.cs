using System.Diagnostics.Metrics;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Scaling;
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

    private readonly Meter _meter;
    private readonly Counter<long> _submitted;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _completed;
    private readonly Counter<long> _resumed;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _cacheRequests;
    private readonly Counter<long> _streamBytes;
    private readonly Counter<long> _damaged;
    private readonly Histogram<double> _queueTime;
    private readonly Histogram<double> _jobDuration;
    private readonly Histogram<double> _stageDuration;
    private readonly Histogram<double> _firstPreview;
    private readonly Histogram<double> _checkpoint;
    private volatile BacklogEstimate _backlog = new(0, 0);
    private volatile IReadOnlyDictionary<JobState, int> _jobs = new Dictionary<JobState, int>();

    /// <summary>Makes the instruments on the service's meter.</summary>
    public OrchestratorInstruments(IMeterFactory meters, ServiceDescription service)
    {
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentNullException.ThrowIfNull(service);
        var meter = _meter = meters.Create(service.MeterName, service.Version);
        _submitted = meter.CreateCounter<long>("videograin.jobs.submitted", null, "Jobs accepted into the queue.");
        _refused = meter.CreateCounter<long>("videograin.jobs.refused", null, "Submissions refused because of a full queue or a caller's limit.");
        _completed = meter.CreateCounter<long>("videograin.jobs.completed", null, "Jobs that ended, by outcome and reason.");
        _resumed = meter.CreateCounter<long>("videograin.jobs.resumed", null, "Stages that went on from a checkpoint.");
        _retries = meter.CreateCounter<long>("videograin.stage.retries", null, "Stage calls made again, by reason of the failure before.");
        _cacheRequests = meter.CreateCounter<long>("videograin.cache.requests", null, "Look-ups of cached results.");
        _streamBytes = meter.CreateCounter<long>("videograin.stream", "By", "Tensor bytes to and from the stages.");
        _damaged = meter.CreateCounter<long>("videograin.artifacts.damaged", null, "Stored artifacts whose bytes no longer matched their digest.");
        _queueTime = Duration("videograin.job.queue", "Time from submission to the first worker.");
        _jobDuration = Duration("videograin.job.duration", "Time from submission to the end.");
        _stageDuration = Duration("videograin.job.stage.duration", "Time that a job spent in a stage in one go.");
        _firstPreview = Duration("videograin.first.preview", "Time from submission to the first preview.");
        _checkpoint = Duration("videograin.checkpoint", "Time to save or load a checkpoint.");
        meter.CreateObservableGauge(
            "videograin.jobs",
            () => Enum.GetValues<JobState>().Select(state => new Measurement<int>(_jobs.GetValueOrDefault(state), new KeyValuePair<string, object?>(StateKey, Name(state)))),
            null,
            "Jobs by state.");
        meter.CreateObservableGauge(
            "videograin.gpu.backlog",
            () => GpuStages.All.Select(stage => new Measurement<double>(_backlog.Of(stage), new KeyValuePair<string, object?>(StageKey, GpuStages.Name(stage)))),
            "s",
            "GPU-seconds of waiting work by stage; what the autoscaler is told.");

        Histogram<double> Duration(string name, string description) => meter.CreateHistogram(name, "s", description, advice: DurationBuckets.UpToAnHour);
    }

    /// <summary>A job was accepted.</summary>
    public void Submitted() => _submitted.Add(1);

    /// <summary>A submission was refused.</summary>
    public void Refused(string reason) => _refused.Add(1, Tag(ReasonKey, reason));

    /// <summary>A job ended.</summary>
    /// <param name="outcome">Its final state.</param>
    /// <param name="reason">The reason of a failure; empty otherwise.</param>
    /// <param name="duration">From submission to the end.</param>
    public void Completed(JobState outcome, string reason, TimeSpan duration)
    {
        _completed.Add(1, Tag(OutcomeKey, Name(outcome)), Tag(ReasonKey, reason));
        _jobDuration.Record(duration.TotalSeconds, Tag(OutcomeKey, Name(outcome)));
    }

    /// <summary>A worker took a job for the first time.</summary>
    public void Started(TimeSpan queued) => _queueTime.Record(queued.TotalSeconds);

    /// <summary>A stage went on from a checkpoint.</summary>
    public void Resumed(JobState stage) => _resumed.Add(1, Tag(StageKey, Name(stage)));

    /// <summary>A stage call is made again.</summary>
    public void Retried(JobState stage, string reason) => _retries.Add(1, Tag(StageKey, Name(stage)), Tag(ReasonKey, reason));

    /// <summary>The cache was asked.</summary>
    public void CacheAsked(string kind, bool hit) => _cacheRequests.Add(1, Tag(KindKey, kind), Tag(ResultKey, hit ? "hit" : "miss"));

    /// <summary>Tensor bytes went to a stage or came from it.</summary>
    public void Streamed(JobState stage, bool sent, long bytes) =>
        _streamBytes.Add(bytes, Tag(StageKey, Name(stage)), Tag(DirectionKey, sent ? "sent" : "received"));

    /// <summary>A stored artifact turned out to be damaged.</summary>
    public void Damaged() => _damaged.Add(1);

    /// <summary>A job left a stage.</summary>
    public void StageLeft(JobState stage, TimeSpan duration) => _stageDuration.Record(duration.TotalSeconds, Tag(StageKey, Name(stage)));

    /// <summary>A job has its first preview.</summary>
    public void Previewed(TimeSpan sinceSubmission) => _firstPreview.Record(sinceSubmission.TotalSeconds);

    /// <summary>A checkpoint was saved or loaded.</summary>
    public void Checkpointed(bool saved, TimeSpan duration) => _checkpoint.Record(duration.TotalSeconds, Tag(OperationKey, saved ? "save" : "load"));

    internal void SetBacklog(BacklogEstimate backlog) => _backlog = backlog;

    /// <summary>Watches the addresses of the stages; to be called once.</summary>
    /// <param name="states">Stage and state (ready, busy, broken) of each address.</param>
    public void WatchAddresses(Func<IEnumerable<(string Stage, string State)>> states) => _meter.CreateObservableGauge(
        "videograin.stage.addresses",
        () => states().GroupBy(address => address).Select(group => new Measurement<int>(group.Count(), Tag(StageKey, group.Key.Stage), Tag(StateKey, group.Key.State))),
        null,
        "Addresses of the stages by state.");

    internal void SetJobs(IReadOnlyDictionary<JobState, int> jobs) => _jobs = jobs;

    private static KeyValuePair<string, object?> Tag(string key, string value) => new(key, value);

    private static string Name(JobState state) => state.ToString().ToLowerInvariant();
}
