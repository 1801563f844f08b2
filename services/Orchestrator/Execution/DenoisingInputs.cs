using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Tensors;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>The tensors that a denoising takes, put together from what the job has.</summary>
internal sealed class DenoisingInputs(IArtifactStore store)
{
    /// <summary>The tensors that do not come from the inversion, and which artifacts hold them.</summary>
    public IReadOnlyList<(string Name, ArtifactDigest Digest)> Prerequisites(JobContext job)
    {
        var inputs = new List<(string, ArtifactDigest)>();
        if (job.Specification.Regions.Count > 0)
            inputs.Add(("masks", job.Get(WorkingNames.Masks).Digest));
        if (job.Control is not null)
            inputs.Add(("control", job.Get(WorkingNames.Control).Digest));
        if (job.NeedsFlow)
            inputs.Add(("flow", job.Get(WorkingNames.Flow).Digest));

        return inputs;
    }

    /// <summary>Opens the tensors that come from the inversion, in the order in which they are sent.</summary>
    /// <param name="job">The job.</param>
    /// <param name="checkpoint">Where to go on; null to begin at the inverted latents.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<List<StoredTensor>> OpenAsync(JobContext job, JobArtifact? checkpoint, CancellationToken cancellationToken)
    {
        var trajectory = await TrajectoryRecord.ReadAllAsync(store, job.Get(WorkingNames.Trajectory), cancellationToken);
        var source = await OpenAsync("source_latents", job.Get(WorkingNames.SourceLatents).Digest);
        List<StoredTensor> inputs =
        [
            source with { Name = "latents", Pieces = [trajectory[^1].Data] },
            await OpenAsync("source_mean", job.Get(WorkingNames.SourceMean).Digest),
        ];
        if (checkpoint is not null)
            inputs.Add(await OpenAsync("checkpoint", checkpoint.Digest));
        if (job.Timeline.NeededInversionLatents.Count > 0)
        {
            // Only what is needed travels, however many steps the inversion had.
            List<TensorPiece> pieces = [.. job.Timeline.NeededInversionLatents.Select(steps => steps == 0 ? source.Pieces[0] : trajectory[steps - 1].Data)];
            inputs.Add(source with { Name = "source_trajectory", Shape = [pieces.Count, .. source.Shape], Pieces = pieces });
        }

        return inputs;

        Task<StoredTensor> OpenAsync(string name, ArtifactDigest digest) => StoredTensor.OpenAsync(store, name, digest, cancellationToken);
    }
}
