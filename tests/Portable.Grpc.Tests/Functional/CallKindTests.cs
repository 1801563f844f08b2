using Google.Protobuf;
using Grpc.Core;
using VideoGrain.Portable.Grpc.Tests.Hosting;
using VideoGrain.Portable.Grpc.Tests.Interop;

namespace VideoGrain.Portable.Grpc.Tests.Functional;

public sealed class CallKindTests
{
    private const int Large = 3 * 1024 * 1024;

    [Fact]
    public async Task Unary_EmptyMessage_GivesEmptyMessage()
    {
        await using var server = await TestServer.StartAsync();
        var call = server.Client.EmptyCallAsync(new Empty());
        Assert.Equal(new Empty(), await Wait.For(call));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Unary_LargeMessages_ArriveWhole()
    {
        await using var server = await TestServer.StartAsync();
        var request = new SimpleRequest { ResponseSize = Large, Payload = Body(Large) };
        var response = await Wait.For(server.Client.UnaryCallAsync(request));
        Assert.Equal(Large, response.Payload.Body.Length);
    }

    [Fact]
    public async Task Unary_Blocking_GivesResponse()
    {
        await using var server = await TestServer.StartAsync();
        var response = await Wait.For(Task.Run(() => server.Client.UnaryCall(new SimpleRequest { ResponseSize = 7 })));
        Assert.Equal(7, response.Payload.Body.Length);
    }

    [Fact]
    public async Task ClientStreaming_SeveralMessages_AreAllCounted()
    {
        await using var server = await TestServer.StartAsync();
        using var call = server.Client.StreamingInputCall();
        foreach (var size in new[] { 27182, 8, 1828, 45904 })
            await Wait.For(call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = Body(size) }));
        await Wait.For(call.RequestStream.CompleteAsync());
        var response = await Wait.For(call.ResponseAsync);
        Assert.Equal(74922, response.AggregatedPayloadSize);
    }

    [Fact]
    public async Task ServerStreaming_SeveralSizes_ArriveInOrder()
    {
        await using var server = await TestServer.StartAsync();
        int[] sizes = [31415, 9, 2653, 58979];
        using var call = server.Client.StreamingOutputCall(RequestFor(sizes));
        var received = new List<int>();
        while (await Wait.For(call.ResponseStream.MoveNext(TestContext.Current.CancellationToken)))
            received.Add(call.ResponseStream.Current.Payload.Body.Length);
        Assert.Equal(sizes, received);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Duplex_PingPong_AnswersEachBeforeTheNext()
    {
        await using var server = await TestServer.StartAsync();
        using var call = server.Client.FullDuplexCall();
        foreach (var size in new[] { 31415, 9, 2653, 58979 })
        {
            await Wait.For(call.RequestStream.WriteAsync(RequestFor(size)));
            Assert.True(await Wait.For(call.ResponseStream.MoveNext(TestContext.Current.CancellationToken)));
            Assert.Equal(size, call.ResponseStream.Current.Payload.Body.Length);
        }

        await Wait.For(call.RequestStream.CompleteAsync());
        Assert.False(await Wait.For(call.ResponseStream.MoveNext(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Duplex_NoMessages_EndsWithOk()
    {
        await using var server = await TestServer.StartAsync();
        using var call = server.Client.FullDuplexCall();
        await Wait.For(call.RequestStream.CompleteAsync());
        Assert.False(await Wait.For(call.ResponseStream.MoveNext(TestContext.Current.CancellationToken)));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Unary_ManyAtOnce_AllSucceed()
    {
        await using var server = await TestServer.StartAsync();
        var calls = Enumerable.Range(0, 200).Select(size => Wait.For(server.Client.UnaryCallAsync(new SimpleRequest { ResponseSize = size })));
        var responses = await Task.WhenAll(calls);
        Assert.Equal(Enumerable.Range(0, 200), responses.Select(response => response.Payload.Body.Length));
    }

    private static Payload Body(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };

    private static StreamingOutputCallRequest RequestFor(params int[] sizes) =>
        new() { ResponseParameters = { sizes.Select(size => new ResponseParameters { Size = size }) } };
}
