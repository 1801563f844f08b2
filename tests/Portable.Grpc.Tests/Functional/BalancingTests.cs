using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;
using VideoGrain.Portable.Grpc.Tests.Hosting;
using VideoGrain.Portable.Grpc.Tests.Interop;

namespace VideoGrain.Portable.Grpc.Tests.Functional;

public sealed class BalancingTests
{
    private static readonly ServiceConfig RoundRobin = new() { LoadBalancingConfigs = { new RoundRobinConfig() } };

    [Fact]
    public async Task RoundRobin_TwoServers_TakesTurns()
    {
        int[] counts = [0, 0];
        await using var first = await CountingAsync(counts, 0);
        await using var second = await CountingAsync(counts, 1);
        using var channel = StaticChannel(RoundRobin, first.Address.Port, second.Address.Port);
        var client = new TestService.TestServiceClient(channel);
        for (var i = 0; i < 10; i++)
            await Wait.For(client.UnaryCallAsync(new SimpleRequest()));
        Assert.Equal([5, 5], counts);
    }

    [Fact]
    public async Task PickFirst_TwoServers_StaysWithFirst()
    {
        int[] counts = [0, 0];
        await using var first = await CountingAsync(counts, 0);
        await using var second = await CountingAsync(counts, 1);
        using var channel = StaticChannel(null, first.Address.Port, second.Address.Port);
        var client = new TestService.TestServiceClient(channel);
        for (var i = 0; i < 4; i++)
            await Wait.For(client.UnaryCallAsync(new SimpleRequest()));
        Assert.Equal([4, 0], counts);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DeadAddress_AmongTwo_NoCallFails(bool roundRobin)
    {
        int[] counts = [0];
        await using var server = await CountingAsync(counts, 0);
        using var channel = StaticChannel(roundRobin ? RoundRobin : null, FreePort(), server.Address.Port);
        var client = new TestService.TestServiceClient(channel);
        for (var i = 0; i < 6; i++)
            await Wait.For(client.UnaryCallAsync(new SimpleRequest()));
        Assert.Equal([6], counts);
    }

    [Fact]
    public async Task Dns_Localhost_FindsServer()
    {
        await using var server = await TestServer.StartAsync();
        using var channel = GrpcChannel.ForAddress(
            $"dns:///localhost:{server.Address.Port}",
            new GrpcChannelOptions { Credentials = ChannelCredentials.Insecure, ServiceConfig = RoundRobin });
        await Wait.For(new TestService.TestServiceClient(channel).EmptyCallAsync(new Empty()));
    }

    [Fact]
    public async Task Dns_UnknownHost_IsUnavailable()
    {
        using var channel = GrpcChannel.ForAddress(
            "dns:///no-such-host.invalid:1", new GrpcChannelOptions { Credentials = ChannelCredentials.Insecure });
        await Expect.FailureAsync(StatusCode.Unavailable, new TestService.TestServiceClient(channel).EmptyCallAsync(new Empty()));
    }

    [Fact]
    public async Task Unreachable_DuringBackoff_FailsAtOnceAndRecoversAfter()
    {
        var port = FreePort();
        var options = new GrpcChannelOptions
        {
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(200),
            MaxReconnectBackoff = TimeSpan.FromMilliseconds(200),
        };
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}", options);
        var client = new TestService.TestServiceClient(channel);
        var failure = await Expect.FailureAsync(StatusCode.Unavailable, client.EmptyCallAsync(new Empty()));
        Assert.Contains($"127.0.0.1:{port}", failure.Status.Detail, StringComparison.Ordinal);
        await using var server = await TestServer.StartAsync(port: port);
        await Wait.For(client.EmptyCallAsync(new Empty(), new CallOptions().WithWaitForReady()));
    }

    [Fact]
    public async Task WaitForReady_NoServer_WaitsUntilDeadline()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{FreePort()}");
        var options = new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(200)).WithWaitForReady();
        await Expect.FailureAsync(
            StatusCode.DeadlineExceeded, new TestService.TestServiceClient(channel).EmptyCallAsync(new Empty(), options));
    }

    [Fact]
    public async Task KeepAlive_PingsOnIdleStream_DoNotDisturbIt()
    {
        await using var server = await TestServer.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                KeepAlivePingDelay = TimeSpan.FromSeconds(1),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(1),
                EnableMultipleHttp2Connections = true,
            },
            DisposeHttpClient = true,
        });
        using var call = new TestService.TestServiceClient(channel).FullDuplexCall();
        await Wait.For(Task.Delay(TimeSpan.FromSeconds(2.5)));
        await Wait.For(call.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseParameters = { new ResponseParameters { Size = 1 } } }));
        Assert.True(await Wait.For(call.ResponseStream.MoveNext()));
    }

    private static Task<TestServer> CountingAsync(int[] counts, int index) => TestServer.StartAsync(new Script
    {
        Unary = (_, _) =>
        {
            Interlocked.Increment(ref counts[index]);
            return Task.FromResult(new SimpleResponse());
        },
    });

    private static GrpcChannel StaticChannel(ServiceConfig? config, params int[] ports)
    {
        var factory = new StaticResolverFactory(_ => ports.Select(port => new BalancerAddress("127.0.0.1", port)));
        return GrpcChannel.ForAddress("static:///servers", new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Insecure,
            ServiceConfig = config,
            ServiceProvider = new ServiceCollection().AddSingleton<ResolverFactory>(factory).BuildServiceProvider(),
        });
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
