using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Telemetry;
using VideoGrain.Orchestrator.Tensors;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>
/// The latents of an inversion, step by step, in the store: every few steps a segment, at the end one trajectory. A damaged segment
/// is dropped with all that come after it, and the inversion goes on from the one before.
/// </summary>
internal sealed class InversionLog(JobContext job, IArtifactStore store, OrchestratorInstruments instruments, CheckpointInterval interval, TimeProvider time)
{
    private const string MediaType = "application/octet-stream";
    private readonly List<StepLatents> _pending = [];
    private List<JobArtifact> _segments = [];

    /// <summary>Steps in the store and in memory.</summary>
    public int StepsDone { get; private set; }

    /// <summary>The steps in the store, from the first.</summary>
    public IReadOnlyList<TrajectoryRecord> Records { get; private set; } = [];

    /// <summary>Finds the segments that an earlier attempt left.</summary>
    public async Task LoadAsync()
    {
        var started = time.GetTimestamp();
        var present = job.Checkpoints(JobState.Inverting);
        _segments = [];
        (StepsDone, Records) = (0, []);
        if (job.Has(WorkingNames.Trajectory))
        {
            Records = await TrajectoryRecord.ReadAllAsync(store, job.Get(WorkingNames.Trajectory), job.Held);
            StepsDone = Records.Count;
            return;
        }

        if (present.Count == 0)
            return;

        foreach (var segment in present)
        {
            if (!await TryLoadAsync(segment))
                break;
        }

        var useless = present.Skip(_segments.Count).Select(segment => segment.Name).ToList();
        if (useless.Count > 0)
            await job.DropAsync(useless);

        instruments.Checkpointed(saved: false, time.GetElapsedTime(started));
    }

    /// <summary>Takes the latents of the next step.</summary>
    public async Task AppendAsync(StepLatents latents)
    {
        // A stage that resumes may say again what is known.
        if (latents.StepsDone <= StepsDone)
            return;

        _pending.Add(latents);
        StepsDone = latents.StepsDone;
        if (_pending.Count >= interval.Steps)
            await FlushAsync();
    }

    /// <summary>Puts what is in memory into the store.</summary>
    public async Task FlushAsync()
    {
        if (_pending.Count == 0 || job.Held.IsCancellationRequested)
            return;

        var started = time.GetTimestamp();
        await using var writer = await store.CreateAsync(_pending.Sum(latents => TrajectoryRecord.Length(latents.Header)), job.Held);
        foreach (var latents in _pending)
        {
            await writer.WriteAsync(TrajectoryRecord.Prefix(latents.StepsDone, latents.Timestep), job.Held);
            await writer.WriteAsync(latents.Header.Encode(), job.Held);
            await writer.WriteAsync(latents.Data, job.Held);
        }

        await job.RecordAsync(writer, CheckpointName.For(JobState.Inverting, StepsDone), JobArtifactKind.Checkpoint, MediaType);
        _pending.Clear();
        var took = time.GetElapsedTime(started);
        interval.CheckpointTook(took);
        instruments.Checkpointed(saved: true, took);
    }

    /// <summary>Joins the segments to the trajectory.</summary>
    public async Task CompleteAsync()
    {
        StageRunner.Require(job, WorkingNames.SourceLatents, WorkingNames.SourceMean);
        if (job.Has(WorkingNames.Trajectory))
            return;

        var segments = job.Checkpoints(JobState.Inverting);
        await using var writer = await store.CreateAsync(segments.Sum(segment => segment.Length), job.Held);
        var block = new byte[ArtifactStoreExtensions.BlockBytes];
        foreach (var segment in segments)
        {
            await using var stream = await store.OpenReadAsync(segment.Digest, 0, job.Held);
            int read;
            while ((read = await stream.ReadAsync(block, job.Held)) > 0)
                await writer.WriteAsync(block.AsMemory(0, read), job.Held);
        }

        await job.RecordAsync(writer, WorkingNames.Trajectory, JobArtifactKind.Working, MediaType, [.. segments.Select(segment => segment.Name)]);
    }

    private async Task<bool> TryLoadAsync(JobArtifact segment)
    {
        try
        {
            await store.VerifyAsync(segment.Digest, job.Held);
            var records = await TrajectoryRecord.ReadAllAsync(store, segment.Reference, job.Held);
            if (!records.Select(record => record.StepsDone).SequenceEqual(Enumerable.Range(StepsDone + 1, records.Count)))
                return false;

            (StepsDone, Records) = (records[^1].StepsDone, [.. Records, .. records]);
            _segments.Add(segment);
            return true;
        }
        catch (Exception exception) when (exception is ArtifactCorruptException or ArtifactMissingException)
        {
            instruments.Damaged();
            return false;
        }
    }
}
