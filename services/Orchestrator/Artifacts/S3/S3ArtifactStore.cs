using System.Globalization;
using System.Runtime.CompilerServices;

namespace VideoGrain.Orchestrator.Artifacts.S3;

/// <summary>
/// A store in a bucket of an S3-compatible store that any number of processes share. The server needs to be strongly consistent (AWS since 2020,
/// MinIO, Ceph); nothing else is asked of it: no conditional writes, no versions, no locks.
/// </summary>
public sealed class S3ArtifactStore : IArtifactStore, IAsyncDisposable
{
    private readonly S3StoreOptions _options;
    private readonly TimeProvider _time;
    private readonly S3Keys _keys;
    private readonly S3Bucket _bucket;
    private readonly S3Markers _markers;
    private readonly ArtifactPins _pins = new();
    private long _staged;

    /// <summary>Connects; the first request is made by the first use.</summary>
    public S3ArtifactStore(S3StoreOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _time) = (options, time);
        _keys = new S3Keys(options.Prefix);
        _bucket = new S3Bucket(options);
        _markers = new S3Markers(_bucket, _keys, options.AbandonedAfter, time);
    }

    /// <inheritdoc/>
    public ValueTask<ArtifactWriter> CreateAsync(long maxBytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        cancellationToken.ThrowIfCancellationRequested();
        var number = Interlocked.Increment(ref _staged).ToString(CultureInfo.InvariantCulture);
        return ValueTask.FromResult<ArtifactWriter>(
            new S3ArtifactWriter(_bucket, _keys, PinAsync, $"{_keys.Staging}{_markers.Owner}/{number}", maxBytes, _options.PartBytes));
    }

    /// <inheritdoc/>
    public async ValueTask<Stream> OpenReadAsync(ArtifactDigest digest, long offset, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var key = _keys.Of(digest);
        if (await _bucket.OpenAsync(key, offset, cancellationToken) is { } response)
            return new S3ReadStream(_bucket, key, response, offset, offset + response.ContentLength, _options.RequestTimeout, _options.MaxRetries);

        var length = await _bucket.FindLengthAsync(key, cancellationToken) ?? throw new ArtifactMissingException(digest);
        return offset == length
            ? Stream.Null
            : throw new ArgumentOutOfRangeException(nameof(offset), offset, "The offset is past the end of the artifact.");
    }

    /// <inheritdoc/>
    public async ValueTask<long?> GetLengthAsync(ArtifactDigest digest, CancellationToken cancellationToken) =>
        await _bucket.FindLengthAsync(_keys.Of(digest), cancellationToken);

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
            // Most candidates are referenced after all; asking first spares them the markers. Only the second answer counts.
            if (await isReferenced(digest, cancellationToken)
                || await _markers.TryAnnounceDeletionAsync(digest, cancellationToken) is not { } announced)
            {
                return false;
            }

            return await DeleteAnnouncedAsync(digest, announced.Key, announced.Until, isReferenced, cancellationToken);
        }
        finally
        {
            _pins.Absolve(digest);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ArtifactDigest> ListAsync(DateTimeOffset notAfter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in _bucket.ListAsync(_keys.Objects, cancellationToken))
        {
            if (S3Keys.TryReadDigest(entry.Key, out var digest) && entry.LastModified!.Value.ToUniversalTime() <= notAfter.UtcDateTime)
                yield return digest;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<int> RemoveAbandonedAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        var before = _time.GetUtcNow().UtcDateTime - _options.AbandonedAfter;
        var own = $"{_keys.Staging}{_markers.Owner}/";
        await foreach (var upload in _bucket.ListUploadsAsync(_keys.Staging, cancellationToken))
        {
            if (upload.Key.StartsWith(own, StringComparison.Ordinal) || !(upload.Initiated?.ToUniversalTime() <= before))
                continue;

            await _bucket.AbortUploadAsync(upload.Key, upload.UploadId, cancellationToken);
            removed++;
        }

        foreach (var prefix in new[] { _keys.Staging, _keys.Markers })
        {
            await foreach (var entry in _bucket.ListAsync(prefix, cancellationToken))
            {
                if (entry.Key.StartsWith(own, StringComparison.Ordinal) || !(entry.LastModified?.ToUniversalTime() <= before))
                    continue;

                await _bucket.DeleteAsync(entry.Key, cancellationToken);
                removed++;
            }
        }

        return removed;
    }

    /// <inheritdoc/>
    public async ValueTask<ArtifactLink?> CreateLinkAsync(ArtifactDigest digest, string fileName, string mediaType, CancellationToken cancellationToken)
    {
        var expires = _time.GetUtcNow() + _options.LinkLifetime;
        return new ArtifactLink(await _bucket.SignDownloadAsync(_keys.Of(digest), fileName.Replace('/', '-'), mediaType, expires.UtcDateTime), expires);
    }

    /// <summary>Removes this process's markers and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _markers.DisposeAsync();
        _bucket.Dispose();
    }

    // The deletion is signed for a window of time by the server's clock before the last question is asked. However long this process is held up
    // in between, the server refuses it once committers have stopped waiting.
    private async Task<bool> DeleteAnnouncedAsync(
        ArtifactDigest digest, string marker, DateTime until, Func<ArtifactDigest, CancellationToken, ValueTask<bool>> isReferenced, CancellationToken cancellationToken)
    {
        var sent = false;
        var deleted = false;
        try
        {
            if (until > _time.GetUtcNow().UtcDateTime)
            {
                var signed = await _bucket.SignDeletionAsync(_keys.Of(digest), until);
                if (!await isReferenced(digest, cancellationToken))
                {
                    sent = true;
                    deleted = await _bucket.SendDeletionAsync(signed, CancellationToken.None);
                    sent = false;
                }
            }
        }
        finally
        {
            // A deletion without an answer may still arrive: its marker then stays until it cannot any more.
            if (!sent)
                await _markers.WithdrawAsync(marker, CancellationToken.None);
        }

        return deleted;
    }

    private async ValueTask<ArtifactPin> PinAsync(ArtifactReference reference, CancellationToken cancellationToken)
    {
        var local = await _pins.PinAsync(reference, cancellationToken);
        try
        {
            var withdraw = await _markers.AnnounceCommitAsync(reference.Digest, cancellationToken);
            return new ArtifactPin(reference, () =>
            {
                withdraw();
                local.Dispose();
            });
        }
        catch
        {
            local.Dispose();
            throw;
        }
    }
}
