using System.Security.Cryptography;

namespace VideoGrain.Orchestrator.Artifacts;

internal sealed class DirectoryArtifactWriter : ArtifactWriter
{
    private readonly string _stagingPath;
    private readonly Func<ArtifactDigest, string> _pathOf;
    private readonly ArtifactPins _pins;
    private readonly long _maxBytes;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;
    private bool _committed;

    public DirectoryArtifactWriter(string stagingPath, Func<ArtifactDigest, string> pathOf, ArtifactPins pins, long maxBytes)
    {
        _stagingPath = stagingPath;
        _pathOf = pathOf;
        _pins = pins;
        _maxBytes = maxBytes;
        _file = Guarded(() => new FileStream(stagingPath, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        }));
    }

    public override long Length => _length;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_committed, this);
        if (data.Length > _maxBytes - _length)
            throw new ArtifactLimitExceededException(_maxBytes);

        try
        {
            await _file.WriteAsync(data, cancellationToken);
        }
        catch (IOException exception) when (DurableFiles.IsDiskFull(exception))
        {
            throw new ArtifactStoreFullException(exception);
        }

        _hash.AppendData(data.Span);
        _length += data.Length;
    }

    public override async ValueTask<ArtifactPin> CommitAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_committed, this);
        var reference = new ArtifactReference(ArtifactDigest.FromBytes(_hash.GetHashAndReset()), _length);
        await Task.Run(() => Guarded(SyncAndClose), cancellationToken);
        var pin = await _pins.PinAsync(reference, cancellationToken);
        try
        {
            await Task.Run(() => Guarded(() => Publish(_pathOf(reference.Digest))), CancellationToken.None);
        }
        catch
        {
            pin.Dispose();
            throw;
        }

        _committed = true;
        return pin;
    }

    public override async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        _hash.Dispose();
        if (!_committed)
            File.Delete(_stagingPath);
    }

    private bool SyncAndClose()
    {
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        return true;
    }

    // Renaming over an artifact of the same digest replaces equal bytes, or heals a damaged copy.
    private bool Publish(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        DurableFiles.CreateDirectory(folder);
        File.Move(_stagingPath, path, overwrite: true);
        DurableFiles.SyncDirectory(folder);
        return true;
    }

    private static T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (IOException exception) when (DurableFiles.IsDiskFull(exception))
        {
            throw new ArtifactStoreFullException(exception);
        }
    }
}
