using System.Runtime.CompilerServices;

namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>
/// A store in a folder: <c>objects/ab/abcdef...</c> holds the artifacts, <c>staging/</c> what is being written. An artifact is written to
/// staging, synced, renamed to its digest, and the folder is synced; so a crash leaves a whole artifact or none, and a leftover in staging.
/// </summary>
public sealed class DirectoryArtifactStore : IArtifactStore, IDisposable
{
    private const int ShardDigits = 2;
    private readonly string _objects;
    private readonly StagingArea _staging;
    private readonly ArtifactPins _pins = new();

    /// <summary>Opens, and if need be creates, the store below a folder.</summary>
    /// <exception cref="IOException">The folder cannot be created or written.</exception>
    public DirectoryArtifactStore(string root)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        var path = Path.GetFullPath(root);
        _objects = Path.Combine(path, "objects");
        DurableFiles.CreateDirectory(_objects);
        _staging = new StagingArea(Path.Combine(path, "staging"));
    }

    /// <inheritdoc/>
    public ValueTask<ArtifactWriter> CreateAsync(long maxBytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<ArtifactWriter>(new DirectoryArtifactWriter(_staging.NextPath(), PathOf, _pins, maxBytes));
    }

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(ArtifactDigest digest, long offset, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var stream = new FileStream(PathOf(digest), new FileStreamOptions
            {
                Access = FileAccess.Read,
                Share = FileShare.Read | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            });
            if (offset > stream.Length)
            {
                stream.Dispose();
                throw new ArgumentOutOfRangeException(nameof(offset), offset, "The offset is past the end of the artifact.");
            }

            stream.Position = offset;
            return ValueTask.FromResult<Stream>(stream);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ArtifactMissingException(digest);
        }
    }

    /// <inheritdoc/>
    public ValueTask<long?> GetLengthAsync(ArtifactDigest digest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var file = new FileInfo(PathOf(digest));
        return ValueTask.FromResult<long?>(file.Exists ? file.Length : null);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryDeleteAsync(
        ArtifactDigest digest,
        Func<ArtifactDigest, CancellationToken, ValueTask<bool>> isReferenced,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(isReferenced);
        if (!_pins.TryCondemn(digest))
            return false;

        try
        {
            if (await isReferenced(digest, cancellationToken))
                return false;

            var path = PathOf(digest);
            if (File.Exists(path))
            {
                File.Delete(path);
                DurableFiles.SyncDirectory(Path.GetDirectoryName(path)!);
            }

            return true;
        }
        finally
        {
            _pins.Absolve(digest);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ArtifactDigest> ListAsync(
        DateTimeOffset notAfter,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var path in Directory.EnumerateFiles(_objects, "*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (ArtifactDigest.TryParse(Path.GetFileName(path), out var digest) && File.GetLastWriteTimeUtc(path) <= notAfter.UtcDateTime)
                yield return digest;
        }

        await ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<int> RemoveAbandonedAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_staging.RemoveAbandoned());
    }

    /// <inheritdoc/>
    public ValueTask<ArtifactLink?> CreateLinkAsync(ArtifactDigest digest, string fileName, string mediaType, CancellationToken cancellationToken) =>
        ValueTask.FromResult<ArtifactLink?>(null);

    /// <summary>Removes this process's staging folder.</summary>
    public void Dispose() => _staging.Dispose();

    private string PathOf(ArtifactDigest digest) => Path.Combine(_objects, digest.Hex[..ShardDigits], digest.Hex);
}
