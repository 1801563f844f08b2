using System.Globalization;
using System.Security.Cryptography;
using System.Threading.Channels;

namespace VideoGrain.Orchestrator.Artifacts.S3;

/// <summary>
/// Settles between processes what <see cref="ArtifactPins"/> settles within one: whoever commits bytes and whoever deletes the same bytes each puts
/// a marker of its own first and looks for the other's afterwards. The store lists what was put before, so at least one of the two sees
/// the other: the deleter gives way, the committer waits. Markers age by the store's clock; those of dead processes stop counting.
/// docs/operations/artifact-store.md has the argument.
/// </summary>
internal sealed class S3Markers : IAsyncDisposable
{
    /// <summary>How long the store accepts a deletion after its marker was put.</summary>
    public static readonly TimeSpan DeletionWindow = TimeSpan.FromSeconds(30);

    // Longer than the window by far more than the clock's resolution.
    private static readonly TimeSpan DeletionLifetime = DeletionWindow * 2;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);
    private const char Commit = 'c';
    private const char Deletion = 'd';
    private const int OwnerBytes = 8;

    private readonly S3Bucket _bucket;
    private readonly S3Keys _keys;
    private readonly TimeSpan _pinLifetime;
    private readonly TimeProvider _time;
    private readonly string _owner = RandomNumberGenerator.GetHexString(OwnerBytes * 2, lowercase: true);
    private readonly Channel<string> _obsolete = Channel.CreateUnbounded<string>();
    private readonly Task _removing;
    private long _count;

    public S3Markers(S3Bucket bucket, S3Keys keys, TimeSpan pinLifetime, TimeProvider time)
    {
        (_bucket, _keys, _pinLifetime, _time) = (bucket, keys, pinLifetime, time);
        _removing = RemoveObsoleteAsync();
    }

    /// <summary>Names this process's staging keys.</summary>
    public string Owner => _owner;

    /// <summary>Announces a commit and waits for deletions of the same bytes elsewhere.</summary>
    /// <returns>What withdraws the announcement, in the background.</returns>
    public async Task<Action> AnnounceCommitAsync(ArtifactDigest digest, CancellationToken cancellationToken)
    {
        var since = _time.GetTimestamp();
        var key = await PutAsync(digest, Commit, cancellationToken);
        try
        {
            while (await LookAsync(digest, key, since, Deletion, DeletionLifetime, cancellationToken) is { OthersLive: true })
                await Task.Delay(LookInterval, _time, cancellationToken);
        }
        catch
        {
            Withdraw();
            throw;
        }

        return Withdraw;

        void Withdraw() => _obsolete.Writer.TryWrite(key);
    }

    /// <summary>Announces a deletion.</summary>
    /// <returns>The marker's key, and until when by the store's clock the deletion may happen; null when another process is committing the same bytes.</returns>
    public async Task<(string Key, DateTime Until)?> TryAnnounceDeletionAsync(ArtifactDigest digest, CancellationToken cancellationToken)
    {
        var since = _time.GetTimestamp();
        var key = await PutAsync(digest, Deletion, cancellationToken);
        try
        {
            var (othersLive, put) = await LookAsync(digest, key, since, Commit, _pinLifetime, cancellationToken);
            if (!othersLive)
                return (key, put + DeletionWindow);
        }
        catch
        {
            _obsolete.Writer.TryWrite(key);
            throw;
        }

        await WithdrawAsync(key, cancellationToken);
        return null;
    }

    /// <summary>Removes a marker.</summary>
    public Task WithdrawAsync(string key, CancellationToken cancellationToken) => _bucket.DeleteAsync(key, cancellationToken);

    /// <summary>Removes what is still to be removed.</summary>
    public async ValueTask DisposeAsync()
    {
        _obsolete.Writer.TryComplete();
        await _removing;
    }

    private async Task<string> PutAsync(ArtifactDigest digest, char kind, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);
        var key = $"{_keys.MarkersOf(digest)}{kind}-{_owner}-{number}";
        await _bucket.PutAsync(key, [], 0, cancellationToken);
        return key;
    }

    // The processes' clocks play no part: the own marker tells the store's time.
    private async Task<(bool OthersLive, DateTime Put)> LookAsync(
        ArtifactDigest digest, string ownKey, long ownSince, char kind, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var prefix = _keys.MarkersOf(digest);
        var (own, youngest) = (default(DateTime?), default(DateTime?));
        await foreach (var marker in _bucket.ListAsync(prefix, cancellationToken))
        {
            var put = marker.LastModified!.Value.ToUniversalTime();
            if (marker.Key == ownKey)
                own = put;
            else if (marker.Key[prefix.Length] == kind && !marker.Key.AsSpan(prefix.Length + 2).StartsWith(_owner) && !(put <= youngest))
                youngest = put;
        }

        var known = own ?? throw new ArtifactStoreUnavailableException("The artifact store does not list what was put before; it must be strongly consistent.");
        return (youngest is { } other && known - other + _time.GetElapsedTime(ownSince) <= lifetime, known);
    }

    private async Task RemoveObsoleteAsync()
    {
        await foreach (var key in _obsolete.Reader.ReadAllAsync())
        {
            try
            {
                await _bucket.DeleteAsync(key, CancellationToken.None);
            }
            catch (IOException)
            {
                // It ages, and whoever tidies the store removes it.
            }
        }
    }
}
