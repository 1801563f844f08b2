using System.Net;
using System.Net.Sockets;
using VideoGrain.Orchestrator.Stages;

namespace VideoGrain.Orchestrator.Tests.Fakes;

/// <summary>A name server that the test changes.</summary>
internal sealed class FakeLookup(params IPAddress[] addresses) : IHostLookup
{
    private int _asked;

    /// <summary>What every name leads to; null when nobody answers.</summary>
    public IPAddress[]? Addresses { get; set; } = addresses;

    /// <summary>Look-ups so far.</summary>
    public int Asked => _asked;

    public Task<IPAddress[]> FindAsync(string host, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        return Addresses is { } found ? Task.FromResult(found) : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.TryAgain));
    }
}
