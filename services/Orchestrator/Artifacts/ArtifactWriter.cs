namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>
/// One artifact being written. Disposing it without <see cref="CommitAsync"/> leaves nothing behind.
/// Not safe for use by several callers at once.
/// </summary>
public abstract class ArtifactWriter : IAsyncDisposable
{
    /// <summary>Bytes written so far.</summary>
    public abstract long Length { get; }

    /// <summary>Appends bytes.</summary>
    /// <exception cref="ArtifactLimitExceededException">The artifact would exceed its limit; nothing of this call was written.</exception>
    /// <exception cref="ArtifactStoreFullException">The disk is full.</exception>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken);

    /// <summary>
    /// Syncs the bytes and puts them under their digest in one step: readers see all of them or none.
    /// The returned pin keeps the artifact from being collected until the caller has recorded a reference to it.
    /// </summary>
    /// <exception cref="ArtifactStoreFullException">The disk is full.</exception>
    public abstract ValueTask<ArtifactPin> CommitAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
