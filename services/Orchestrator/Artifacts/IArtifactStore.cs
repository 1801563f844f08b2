namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>
/// Content-addressed storage for everything large that a job owns: clip, masks, latents, checkpoints, results.
/// Equal bytes are stored once. Nothing is held in memory as a whole; what is committed survives a power cut.
/// </summary>
public interface IArtifactStore
{
    /// <summary>Begins a new artifact of at most <paramref name="maxBytes"/> bytes.</summary>
    /// <exception cref="ArtifactStoreFullException">There is no room even to begin.</exception>
    ValueTask<ArtifactWriter> CreateAsync(long maxBytes, CancellationToken cancellationToken);

    /// <summary>Opens an artifact for reading from byte <paramref name="offset"/> to its end.</summary>
    /// <exception cref="ArtifactMissingException">No such artifact is stored.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative or past the end.</exception>
    ValueTask<Stream> OpenReadAsync(ArtifactDigest digest, long offset, CancellationToken cancellationToken);

    /// <summary>The size in bytes, or null when no such artifact is stored.</summary>
    ValueTask<long?> GetLengthAsync(ArtifactDigest digest, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes an artifact nobody refers to. While <paramref name="isReferenced"/> runs, no writer can commit the same bytes,
    /// so an answer of false cannot become wrong before the bytes are gone.
    /// </summary>
    /// <returns>True when the artifact is gone; false when it is referenced or was just committed by a writer.</returns>
    ValueTask<bool> TryDeleteAsync(
        ArtifactDigest digest,
        Func<ArtifactDigest, CancellationToken, ValueTask<bool>> isReferenced,
        CancellationToken cancellationToken);

    /// <summary>Every artifact last committed at or before <paramref name="notAfter"/>, in no particular order.</summary>
    IAsyncEnumerable<ArtifactDigest> ListAsync(DateTimeOffset notAfter, CancellationToken cancellationToken);

    /// <summary>Removes what writers of dead processes left half-written. Returns the number of files removed.</summary>
    ValueTask<int> RemoveAbandonedAsync(CancellationToken cancellationToken);
}
