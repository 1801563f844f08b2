using System.Buffers;
using System.Security.Cryptography;
using Amazon.S3.Model;

namespace VideoGrain.Orchestrator.Artifacts.S3;

/// <summary>
/// Collects one part in memory. What fits into it is put under its digest in one request; anything larger goes part by part to a staging key, is put
/// together there, and copied to its digest by the store. Both ways the digest's key shows all of the bytes or none.
/// </summary>
internal sealed class S3ArtifactWriter : ArtifactWriter
{
    /// <summary>Most bytes that a store copies in one request.</summary>
    public const long MaxBytes = 5L << 30;

    private readonly S3Bucket _bucket;
    private readonly S3Keys _keys;
    private readonly Func<ArtifactReference, CancellationToken, ValueTask<ArtifactPin>> _pin;
    private readonly string _stagingKey;
    private readonly long _maxBytes;
    private readonly int _partBytes;
    private readonly byte[] _buffer;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<PartETag> _parts = [];
    private string? _upload;
    private int _filled;
    private long _length;
    private bool _staged;
    private bool _ended;
    private bool _disposed;

    public S3ArtifactWriter(
        S3Bucket bucket, S3Keys keys, Func<ArtifactReference, CancellationToken, ValueTask<ArtifactPin>> pin, string stagingKey, long maxBytes, int partBytes)
    {
        (_bucket, _keys, _pin, _stagingKey, _partBytes) = (bucket, keys, pin, stagingKey, partBytes);
        _maxBytes = Math.Min(maxBytes, MaxBytes);
        _buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(partBytes, _maxBytes));
    }

    public override long Length => _length;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        if (data.Length > _maxBytes - _length)
            throw new ArtifactLimitExceededException(_maxBytes);

        _hash.AppendData(data.Span);
        _length += data.Length;
        while (!data.IsEmpty)
        {
            // A full part waits until it is known whether more follows: what fits into one needs no upload in parts.
            if (_filled == _partBytes)
                await SendPartAsync(cancellationToken);

            var taken = Math.Min(data.Length, _partBytes - _filled);
            data.Span[..taken].CopyTo(_buffer.AsSpan(_filled));
            _filled += taken;
            data = data[taken..];
        }
    }

    public override async ValueTask<ArtifactPin> CommitAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        _ended = true;
        var reference = new ArtifactReference(ArtifactDigest.FromBytes(_hash.GetHashAndReset()), _length);
        if (_upload is not null)
        {
            await SendPartAsync(cancellationToken);
            _staged = true;
            await _bucket.CompleteUploadAsync(_stagingKey, _upload, _parts, _length, cancellationToken);
            _upload = null;
        }

        var pin = await _pin(reference, cancellationToken);
        try
        {
            if (_staged)
                await _bucket.CopyAsync(_stagingKey, _keys.Of(reference.Digest), cancellationToken);
            else
                await _bucket.PutAsync(_keys.Of(reference.Digest), _buffer, _filled, cancellationToken);
        }
        catch
        {
            pin.Dispose();
            throw;
        }

        return pin;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;

        _disposed = _ended = true;
        _hash.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
        try
        {
            if (_upload is not null)
                await _bucket.AbortUploadAsync(_stagingKey, _upload, CancellationToken.None);
            if (_staged)
                await _bucket.DeleteAsync(_stagingKey, CancellationToken.None);
        }
        catch (IOException)
        {
            // Nobody sees what is left, and whoever tidies the store removes it once it is old.
        }
    }

    // A part that fails ends the artifact: its bytes are not kept twice.
    private async Task SendPartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _upload ??= await _bucket.BeginUploadAsync(_stagingKey, cancellationToken);
            _parts.Add(await _bucket.UploadPartAsync(_stagingKey, _upload, _parts.Count + 1, _buffer, _filled, cancellationToken));
            _filled = 0;
        }
        catch
        {
            _ended = true;
            throw;
        }
    }
}
