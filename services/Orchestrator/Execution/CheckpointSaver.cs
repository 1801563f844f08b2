using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Telemetry;
using VideoGrain.Orchestrator.Tensors;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>
/// The latents of a denoising to resume from: the newest in memory, every few steps one in the store. The two newest in the store are kept, so
/// that one may be damaged.
/// </summary>
internal sealed class CheckpointSaver(JobContext job, IArtifactStore store, OrchestratorInstruments instruments, CheckpointInterval interval, TimeProvider time)
{
    private const string MediaType = "application/octet-stream";
    private const int Kept = 2;
    private StepLatents? _pending;
    private int _savedSteps;

    /// <summary>Steps after which the newest checkpoint was taken.</summary>
    public int StepsDone { get; private set; }

    /// <summary>The checkpoint to resume from; null when there is none.</summary>
    public JobArtifact? Last { get; private set; }

    /// <summary>Finds the newest checkpoint that is sound, and drops those that are not.</summary>
    public async Task LoadAsync()
    {
        var started = time.GetTimestamp();
        var present = job.Checkpoints(JobState.Denoising);
        if (present.Count == 0)
            return;

        var damaged = new List<string>();
        foreach (var checkpoint in present.Reverse())
        {
            try
            {
                await store.VerifyAsync(checkpoint.Digest, job.Held);
                Last = checkpoint;
                _savedSteps = StepsDone = CheckpointName.StepsDone(checkpoint.Name);
                break;
            }
            catch (Exception exception) when (exception is ArtifactCorruptException or ArtifactMissingException)
            {
                instruments.Damaged();
                damaged.Add(checkpoint.Name);
            }
        }

        if (damaged.Count > 0)
            await job.DropAsync(damaged);

        instruments.Checkpointed(saved: false, time.GetElapsedTime(started));
    }

    /// <summary>Takes the latents of the next step.</summary>
    public async Task AppendAsync(StepLatents latents)
    {
        if (latents.StepsDone <= StepsDone)
            return;

        _pending = latents;
        StepsDone = latents.StepsDone;
        if (StepsDone - _savedSteps >= interval.Steps)
            await FlushAsync();
    }

    /// <summary>Puts the newest latents into the store.</summary>
    public async Task FlushAsync()
    {
        if (_pending is not { } latents || job.Held.IsCancellationRequested)
            return;

        var started = time.GetTimestamp();
        await using var writer = await store.CreateAsync(latents.Header.HeaderBytes + latents.Header.DataBytes, job.Held);
        await writer.WriteAsync(latents.Header.Encode(), job.Held);
        await writer.WriteAsync(latents.Data, job.Held);
        var old = job.Checkpoints(JobState.Denoising).SkipLast(Kept - 1).Select(checkpoint => checkpoint.Name).ToList();
        await job.RecordAsync(writer, CheckpointName.For(JobState.Denoising, latents.StepsDone), JobArtifactKind.Checkpoint, MediaType, old);
        (_pending, _savedSteps) = (null, latents.StepsDone);
        var took = time.GetElapsedTime(started);
        interval.CheckpointTook(took);
        instruments.Checkpointed(saved: true, took);
    }
}
