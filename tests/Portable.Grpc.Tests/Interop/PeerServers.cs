using System.Diagnostics;
using VideoGrain.Portable.Grpc.Tests.Hosting;

namespace VideoGrain.Portable.Grpc.Tests.Interop;

/// <summary>One running server of each peer.</summary>
public sealed class PeerServers : IAsyncLifetime
{
    private const string Announcement = "PORT ";
    private readonly Peers _peers = new();
    private readonly Dictionary<Peer, Process> _processes = [];
    private readonly Dictionary<Peer, string> _addresses = [];

    public string AddressOf(Peer peer) => _addresses[peer];

    public async ValueTask InitializeAsync()
    {
        await _peers.InitializeAsync();
        foreach (var peer in Enum.GetValues<Peer>())
        {
            var process = _processes[peer] = Peers.StartServer(peer);
            var line = await Wait.For(process.StandardOutput.ReadLineAsync());
            Assert.True(line?.StartsWith(Announcement, StringComparison.Ordinal), $"The server of {peer} does not start: {line}");
            _addresses[peer] = $"http://127.0.0.1:{line![Announcement.Length..]}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.Values)
        {
            process.Kill();
            process.Dispose();
        }

        await _peers.DisposeAsync();
    }
}
