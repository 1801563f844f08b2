namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>
/// Settles the race between a writer that commits bytes and a collector that deletes the same bytes: a digest is either pinned
/// (by any number of writers) or condemned (by one collector), never both. A writer waits for a condemned digest; a collector skips a pinned one.
/// </summary>
internal sealed class ArtifactPins
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ArtifactDigest, int> _pinned = [];
    private readonly Dictionary<ArtifactDigest, TaskCompletionSource> _condemned = [];

    /// <summary>Pins a digest, after any deletion of it that is under way.</summary>
    public async ValueTask<ArtifactPin> PinAsync(ArtifactReference reference, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task deletion;
            lock (_gate)
            {
                if (!_condemned.TryGetValue(reference.Digest, out var pending))
                {
                    _pinned[reference.Digest] = _pinned.GetValueOrDefault(reference.Digest) + 1;
                    return new ArtifactPin(reference, () => Release(reference.Digest));
                }

                deletion = pending.Task;
            }

            await deletion.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Claims a digest for deletion. False when it is pinned or another collector has it.</summary>
    public bool TryCondemn(ArtifactDigest digest)
    {
        lock (_gate)
        {
            return !_pinned.ContainsKey(digest)
                && _condemned.TryAdd(digest, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
    }

    /// <summary>Ends a deletion, whatever came of it.</summary>
    public void Absolve(ArtifactDigest digest)
    {
        TaskCompletionSource? pending;
        lock (_gate)
            _condemned.Remove(digest, out pending);

        pending?.SetResult();
    }

    private void Release(ArtifactDigest digest)
    {
        lock (_gate)
        {
            if (_pinned[digest] == 1)
                _pinned.Remove(digest);
            else
                _pinned[digest]--;
        }
    }
}
