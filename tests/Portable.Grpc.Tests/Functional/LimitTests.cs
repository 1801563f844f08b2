using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using VideoGrain.Portable.Grpc.Tests.Hosting;
using VideoGrain.Portable.Grpc.Tests.Interop;

namespace VideoGrain.Portable.Grpc.Tests.Functional;

public sealed class LimitTests
{
    private const int FourMebibytes = 4 * 1024 * 1024;
    private const int FiveMebibytes = 5 * 1024 * 1024;

    [Fact]
    public async Task ServerReceive_DefaultLimit_IsFourMebibytes()
    {
        await using var server = await TestServer.StartAsync();
        await Expect.FailureAsync(StatusCode.ResourceExhausted, server.Client.UnaryCallAsync(Sending(FourMebibytes)));
        await Wait.For(server.Client.UnaryCallAsync(Sending(FourMebibytes - 100)));
    }

    [Fact]
    public async Task ServerReceive_LimitRaised_TakesLargerMessages()
    {
        await using var server = await TestServer.StartAsync(options => options.MaxReceiveMessageSize = null);
        await Wait.For(server.Client.UnaryCallAsync(Sending(FiveMebibytes)));
    }

    [Fact]
    public async Task ServerSend_BeyondLimit_FailsCall()
    {
        await using var server = await TestServer.StartAsync(options => options.MaxSendMessageSize = 1000);
        await Expect.FailureAsync(StatusCode.ResourceExhausted, server.Client.UnaryCallAsync(new SimpleRequest { ResponseSize = 1001 }));
    }

    [Fact]
    public async Task ClientReceive_DefaultLimit_IsFourMebibytes()
    {
        await using var server = await TestServer.StartAsync();
        await Expect.FailureAsync(StatusCode.ResourceExhausted, server.Client.UnaryCallAsync(new SimpleRequest { ResponseSize = FourMebibytes }));
    }

    [Fact]
    public async Task ClientReceive_LimitRaised_TakesLargerMessages()
    {
        await using var server = await TestServer.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { MaxReceiveMessageSize = null });
        var response = await Wait.For(new TestService.TestServiceClient(channel).UnaryCallAsync(new SimpleRequest { ResponseSize = FiveMebibytes }));
        Assert.Equal(FiveMebibytes, response.Payload.Body.Length);
    }

    [Fact]
    public async Task ClientSend_BeyondLimit_FailsCall()
    {
        await using var server = await TestServer.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { MaxSendMessageSize = 1000 });
        var client = new TestService.TestServiceClient(channel);
        await Expect.FailureAsync(StatusCode.ResourceExhausted, client.UnaryCallAsync(Sending(1001)));
        using var call = client.StreamingInputCall();
        await Expect.FailureAsync(
            StatusCode.ResourceExhausted,
            () => call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = Sending(1001).Payload }));
    }

    [Fact]
    public async Task ServerReceive_CompressedMessageThatGrowsBeyondLimit_IsRefused()
    {
        await using var server = await TestServer.StartAsync(options => options.MaxReceiveMessageSize = 10_000);
        var headers = new Metadata { { "grpc-internal-encoding-request", "gzip" } };
        await Expect.FailureAsync(StatusCode.ResourceExhausted, server.Client.UnaryCallAsync(Sending(1_000_000), headers));
    }

    private static SimpleRequest Sending(int size) => new() { Payload = new Payload { Body = ByteString.CopyFrom(new byte[size]) } };
}
