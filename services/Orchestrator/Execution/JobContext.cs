using System.Diagnostics;
using VideoGrain.Diffusion.Schedulers;
using VideoGrain.Editing;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Stages;
using VideoGrain.Orchestrator.Submission;
using VideoGrain.Orchestrator.Telemetry;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Telemetry;
using EditOptions = VideoGrain.Editing.EditOptions;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>One worker's run of one job: what it is about, what it has so far, and the pen to write with.</summary>
internal sealed class JobContext
{
    private readonly JobJournal _journal;
    private readonly ArtifactCollector _collector;
    private readonly OrchestratorInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly TimeSpan _progressInterval;
    private readonly JobScope _scope;
    private readonly Dictionary<string, JobArtifact> _artifacts = new(StringComparer.Ordinal);
    private long? _lastReport;

    public JobContext(
        Job job,
        JobJournal journal,
        ArtifactCollector collector,
        OrchestratorInstruments instruments,
        JobScope scope,
        TimeSpan progressInterval,
        TimeProvider time,
        CancellationToken held,
        CancellationToken stop)
    {
        Job = job;
        Specification = EditSpecification.Parser.ParseFrom(job.Specification);
        Options = OptionChecks.Resolve(Specification, new ViolationList());
        Needs = new AttentionNeeds(Specification);
        Timeline = new EditTimeline(new NoiseSchedule(new SchedulerConfig()), Options);
        (_journal, _collector, _instruments, _scope, _progressInterval, _time) = (journal, collector, instruments, scope, progressInterval, time);
        (Held, Stop) = (held, stop);
    }

    /// <summary>Told every step that a stage reports, also those that are not recorded.</summary>
    public event Action<StageProgress>? Progressed;

    /// <summary>The job as it was when it was claimed.</summary>
    public Job Job { get; }

    /// <summary>What the caller asked for.</summary>
    public EditSpecification Specification { get; }

    /// <summary>The options, every one set.</summary>
    public EditOptions Options { get; }

    /// <summary>What the edit needs of the inversion's attention.</summary>
    public AttentionNeeds Needs { get; }

    /// <summary>The steps of inversion and edit, and which latents belong to which.</summary>
    public EditTimeline Timeline { get; }

    /// <summary>Cancelled when the job is no longer this worker's: nothing can be written any more.</summary>
    public CancellationToken Held { get; }

    /// <summary>Cancelled when the work must stop, also because the process shuts down: what is there can still be written.</summary>
    public CancellationToken Stop { get; }

    /// <summary>The clip's size on the wire.</summary>
    public ClipGeometry Geometry => new() { FrameCount = (uint)Job.Clip.Frames, Height = (uint)Job.Clip.Height, Width = (uint)Job.Clip.Width };

    /// <summary>ControlNet guidance; null when the edit has none.</summary>
    public ControlOptions? Control =>
        Specification.Control?.Options is { Type: not (ControlType.Unspecified or ControlType.None) } control ? control : null;

    /// <summary>Whether trajectory attention needs optical flow.</summary>
    public bool NeedsFlow => Options.FlattenDivisors.Count > 0 && Job.Clip.Frames > 1;

    /// <summary>Whether a preview was made already.</summary>
    public bool HasPreview => _artifacts.Values.Any(artifact => artifact.Kind == JobArtifactKind.Preview);

    /// <summary>Loads what the job has.</summary>
    public async Task LoadAsync()
    {
        _artifacts.Clear();
        foreach (var artifact in await _journal.ArtifactsAsync(Job.Id, Held))
            _artifacts[artifact.Name] = artifact;
    }

    /// <summary>Whether the job has an artifact of this name.</summary>
    public bool Has(string name) => _artifacts.ContainsKey(name);

    /// <summary>An artifact that the job has.</summary>
    public ArtifactReference Get(string name) => _artifacts[name].Reference;

    /// <summary>Names of what the job has under a prefix, in their order.</summary>
    public IReadOnlyList<string> NamesUnder(string prefix) =>
        [.. _artifacts.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>The artifact rows of these names.</summary>
    public IReadOnlyList<JobArtifact> GetAll(params IEnumerable<string> names) => [.. names.Select(name => _artifacts[name])];

    /// <summary>The checkpoints of a stage, the earliest first.</summary>
    public IReadOnlyList<JobArtifact> Checkpoints(JobState stage) =>
        [.. _artifacts.Values.Where(artifact => artifact.Name.StartsWith(CheckpointName.Prefix(stage), StringComparison.Ordinal)).OrderBy(artifact => artifact.Name, StringComparer.Ordinal)];

    /// <summary>Commits an artifact and gives it a name; drops other names in the same transaction.</summary>
    public async Task RecordAsync(ArtifactWriter writer, string name, JobArtifactKind kind, string mediaType, params IReadOnlyCollection<string> obsolete)
    {
        await using var pins = new PinnedArtifacts(_collector);
        pins.Add(name, kind, await writer.CommitAsync(Held), mediaType);
        await WriteAsync(pins.All, obsolete);
    }

    /// <summary>Drops names whose artifacts are of no use.</summary>
    public Task DropAsync(params IReadOnlyCollection<string> names) => WriteAsync([], names);

    /// <summary>Records a step, unless the one before was only just recorded; a stage's last step always is.</summary>
    public async Task ReportAsync(StageProgress progress)
    {
        _scope.Step = (int)progress.StepsDone;
        Progressed?.Invoke(progress);
        var isLast = progress.StepsDone == progress.StepCount;
        if (!isLast && _lastReport is { } last && _time.GetElapsedTime(last) < _progressInterval)
            return;

        _lastReport = _time.GetTimestamp();
        await _journal.ReportAsync(Job.Lease, progress, Held);
    }

    /// <summary>Records that a stage's call is made again.</summary>
    public async ValueTask RetryAsync(JobState stage, VideoGrainException error, int retry, int resumedSteps)
    {
        _instruments.Retried(stage, error.Reason);
        Activity.Current?.AddEvent(new ActivityEvent("retry", tags: new() { { SpanTags.Reason, error.Reason }, { SpanTags.Step, resumedSteps } }));
        await _journal.RetryAsync(
            Job.Lease,
            new StageRetry { Stage = StageName.Of(stage), Attempt = (uint)retry, Code = (int)error.Code, Reason = error.Reason, Message = error.Message, ResumedSteps = (uint)resumedSteps },
            Held);
    }

    /// <summary>Tells the caller something.</summary>
    public Task WarnAsync(IReadOnlyCollection<string> warnings) =>
        warnings.Count == 0 ? Task.CompletedTask : _journal.WarnAsync(Job.Lease, warnings, Held);

    private async Task WriteAsync(IReadOnlyCollection<NewArtifact> added, IReadOnlyCollection<string> obsolete)
    {
        var dropped = await _journal.AddArtifactsAsync(Job.Lease, added, obsolete, Held);
        await LoadAsync();
        await _collector.CollectAsync(dropped.Select(artifact => artifact.Digest), Held);
    }
}
