using VideoGrain.Portable.Grpc.Tests.Hosting;

namespace VideoGrain.Portable.Grpc.Tests.Interop;

/// <summary>Clients written by others against this server.</summary>
public sealed class PeerClientTests(Peers peers) : IClassFixture<Peers>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static TheoryData<Peer, string> Cases => [.. Enum.GetValues<Peer>().SelectMany(peer => InteropCases.All.Select(name => (peer, name)))];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Case_OfPeersClient_Holds(Peer peer, string testCase)
    {
        _ = peers;
        await using var server = await TestServer.StartAsync();
        using var client = Peers.StartClient(peer, server.Address.Authority, testCase);
        var output = client.StandardOutput.ReadToEndAsync();
        var errors = client.StandardError.ReadToEndAsync();
        try
        {
            await client.WaitForExitAsync().WaitAsync(Limit, TestContext.Current.CancellationToken);
        }
        finally
        {
            client.Kill();
        }

        Assert.True(client.ExitCode == 0, $"{peer} {testCase}: {await errors} {await output}");
    }
}
