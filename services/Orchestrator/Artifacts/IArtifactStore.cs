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

    /// <summary>Opens an artifact for reading from byte <paramref name="offset"/> to its end; the position can be set to any other byte.</summary>
    /// <exception cref="ArtifactMissingException">No such artifact is stored.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative or past the end.</exception>
    ValueTask<Stream> OpenReadAsync(ArtifactDigest digest, long offset, CancellationToken cancellationToken);

    /// <summary>The size in bytes, or null when no such artifact is stored.</summary>
    ValueTask<long?> GetLengthAsync(ArtifactDigest digest, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes an artifact nobody refers to. From before <paramref name="isReferenced"/> is asked for the last time until the bytes are gone, no
    /// writer can commit the same bytes, so its answer of false cannot become wrong in between. A store that several processes share keeps
    /// this promise between them.
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

    /// <summary>
    /// A URL at which whoever has it can fetch the artifact until it expires, without credentials; null when the store cannot give one.
    /// </summary>
    /// <param name="digest">The artifact.</param>
    /// <param name="fileName">Name under which a browser saves it; letters, digits, '_', '-', '.' and '/'.</param>
    /// <param name="mediaType">What it is served as.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<ArtifactLink?> CreateLinkAsync(ArtifactDigest digest, string fileName, string mediaType, CancellationToken cancellationToken);
}
