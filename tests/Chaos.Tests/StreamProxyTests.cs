using System.Net;
using System.Net.Sockets;
using VideoGrain.Cli.Chaos.Faults;

namespace VideoGrain.Chaos.Tests;

/// <summary>The proxy does to a connection what it says, and nothing else.</summary>
public sealed class StreamProxyTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TcpListener _stage = new(IPAddress.Loopback, 0);
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private StreamProxy _proxy = null!;

    public ValueTask InitializeAsync()
    {
        _stage.Start();
        _proxy = new StreamProxy(((IPEndPoint)_stage.LocalEndpoint).Port);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _stage.Stop();
    }

    [Fact]
    public async Task Bytes_PassBothWays_AndLateWhileItIsSlow()
    {
        (TcpClient caller, TcpClient stage) = await ConnectAsync();
        using (caller)
        using (stage)
        {
            Assert.Equal(1, await SendAsync(caller, stage, 1));
            using (_proxy.Slow())
                Assert.Equal(2, await SendAsync(stage, caller, 2));
            Assert.Equal(3, await SendAsync(caller, stage, 3));
        }
    }

    [Fact]
    public async Task StalledConnection_PassesNothing_UntilItGoesOn()
    {
        (TcpClient caller, TcpClient stage) = await ConnectAsync();
        using (caller)
        using (stage)
        {
            await SendAsync(caller, stage, 1);
            Task<int> held;
            using (_proxy.Stall())
            {
                held = SendAsync(caller, stage, 2);
                (TcpClient other, TcpClient otherStage) = await ConnectAsync();
                using (other)
                using (otherStage)
                    Assert.Equal(4, await SendAsync(other, otherStage, 4));
                Assert.False(held.IsCompleted);
            }

            Assert.Equal(2, await held);
        }
    }

    [Fact]
    public async Task CutConnection_IsReset_AndTheNextOnePasses()
    {
        (TcpClient caller, TcpClient stage) = await ConnectAsync();
        using (caller)
        using (stage)
        {
            await SendAsync(caller, stage, 1);
            _proxy.Cut();
            await Assert.ThrowsAsync<IOException>(() => ReadAsync(caller));
        }

        (caller, stage) = await ConnectAsync();
        using (caller)
        using (stage)
            Assert.Equal(5, await SendAsync(caller, stage, 5));
    }

    [Fact]
    public async Task StageThatIsAway_EndsTheConnection()
    {
        _stage.Stop();

        Assert.True(await IsTurnedAwayAsync());
    }

    private async Task<bool> IsTurnedAwayAsync()
    {
        using TcpClient caller = new();
        try
        {
            await caller.ConnectAsync(_proxy.Address.Host, _proxy.Address.Port, _cancellation);
            return await ReadAsync(caller) == -1;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return true;
        }
    }

    private static async Task<int> ReadAsync(TcpClient client)
    {
        byte[] buffer = new byte[1];
        return await client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(Patience) == 0 ? -1 : buffer[0];
    }

    private static async Task<int> SendAsync(TcpClient from, TcpClient to, byte value)
    {
        await from.GetStream().WriteAsync(new byte[] { value }).AsTask().WaitAsync(Patience);
        return await ReadAsync(to);
    }

    private async Task<(TcpClient Caller, TcpClient Stage)> ConnectAsync()
    {
        TcpClient caller = new();
        await caller.ConnectAsync(_proxy.Address.Host, _proxy.Address.Port, _cancellation).AsTask().WaitAsync(Patience, _cancellation);
        return (caller, await _stage.AcceptTcpClientAsync(_cancellation).AsTask().WaitAsync(Patience, _cancellation));
    }
}
