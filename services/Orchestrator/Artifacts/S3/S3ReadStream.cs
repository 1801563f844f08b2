using Amazon.S3.Model;

namespace VideoGrain.Orchestrator.Artifacts.S3;

/// <summary>
/// Reads an object, from anywhere in it; a connection that breaks or falls silent is opened again where it broke, since equal names mean equal bytes.
/// </summary>
internal sealed class S3ReadStream(S3Bucket bucket, string key, GetObjectResponse response, long offset, long end, TimeSpan patience, int maxRetries) : Stream
{
    // Fewer bytes are read over sooner than a new request is answered.
    private const int MaxReadOver = 64 * 1024;
    private GetObjectResponse? _response = response;
    private long _responseAt = offset;
    private long _position = offset;
    private int _failures;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => end;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position >= end)
            return 0;

        while (true)
        {
            try
            {
                var read = await ReadOnceAsync(buffer, cancellationToken);
                if (read > 0)
                {
                    _position += read;
                    _failures = 0;
                    return read;
                }

                throw new IOException("The store's answer ended too early.");
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                CloseResponse();
                if (exception is ArtifactStoreDeniedException || ++_failures > maxRetries)
                    throw exception as ArtifactStoreDeniedException ?? BrokenOff(exception);
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => end,
    };

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            CloseResponse();

        base.Dispose(disposing);
    }

    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        if (_responseAt > _position || _position - _responseAt > MaxReadOver)
            CloseResponse();

        if (_response is null)
        {
            _response = await bucket.OpenAsync(key, _position, limit.Token) ?? throw new IOException("The object went away while it was read.");
            _responseAt = _position;
        }

        while (_responseAt < _position)
        {
            var over = await _response.ResponseStream.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _position - _responseAt)], limit.Token);
            if (over == 0)
                return 0;

            _responseAt += over;
        }

        var read = await _response.ResponseStream.ReadAsync(buffer, limit.Token);
        _responseAt += read;
        return read;
    }

    // Answers that end too early do so again where the object was cut short.
    private static Exception BrokenOff(Exception cause) => new ArtifactStoreUnavailableException("The artifact store broke off while it was read.", cause)
    {
        IsOutage = cause is ArtifactStoreUnavailableException { IsOutage: true } or HttpRequestException or OperationCanceledException,
    };

    private void CloseResponse()
    {
        _response?.Dispose();
        _response = null;
    }
}
