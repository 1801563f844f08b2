using Grpc.Core;
using Grpc.Net.Client;
using VideoGrain.Portable.Grpc.Tests.Hosting;
using VideoGrain.Portable.Grpc.Tests.Interop;

namespace VideoGrain.Portable.Grpc.Tests.Functional;

public sealed class CancellationTests
{
    private static readonly Google.Protobuf.ByteString LargeBody = Google.Protobuf.ByteString.CopyFrom(new byte[1024 * 1024]);

    [Fact]
    public async Task Cancel_AfterBegin_EndsCall()
    {
        await using var server = await TestServer.StartAsync();
        using var cancellation = new CancellationTokenSource();
        using var call = server.Client.StreamingInputCall(cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();
        await Expect.FailureAsync(StatusCode.Cancelled, () => call.ResponseAsync);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Cancel_AfterFirstResponse_EndsReadsAndWrites()
    {
        await using var server = await TestServer.StartAsync();
        using var cancellation = new CancellationTokenSource();
        using var call = server.Client.FullDuplexCall(cancellationToken: cancellation.Token);
        var request = new StreamingOutputCallRequest { ResponseParameters = { new ResponseParameters { Size = 31415 } } };
        await Wait.For(call.RequestStream.WriteAsync(request));
        Assert.True(await Wait.For(call.ResponseStream.MoveNext()));
        await cancellation.CancelAsync();
        await Expect.FailureAsync(StatusCode.Cancelled, () => call.ResponseStream.MoveNext());
        await Expect.FailureAsync(StatusCode.Cancelled, () => call.RequestStream.WriteAsync(request));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CancelOrDispose_ByClient_CancelsHandler(bool dispose)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(new Script
        {
            Output = async (responses, context) =>
            {
                await responses.WriteAsync(new StreamingOutputCallResponse());
                context.CancellationToken.Register(() => cancelled.TrySetResult());
                started.SetResult();
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            },
        });
        using var cancellation = new CancellationTokenSource();
        var call = server.Client.StreamingOutputCall(new StreamingOutputCallRequest(), cancellationToken: cancellation.Token);
        Assert.True(await Wait.For(call.ResponseStream.MoveNext()));
        await Wait.For(started.Task);
        if (dispose)
            call.Dispose();
        else
            await cancellation.CancelAsync();
        await Wait.For(cancelled.Task);
        call.Dispose();
    }

    [Fact]
    public async Task Cancel_OfOneRead_EndsCall()
    {
        await using var server = await TestServer.StartAsync();
        using var call = server.Client.FullDuplexCall();
        using var cancellation = new CancellationTokenSource();
        var read = call.ResponseStream.MoveNext(cancellation.Token);
        await cancellation.CancelAsync();
        await Expect.FailureAsync(StatusCode.Cancelled, () => read);
    }

    [Fact]
    public async Task Cancel_WithThrowOperationCanceled_ThrowsThat()
    {
        await using var server = await TestServer.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { ThrowOperationCanceledOnCancellation = true });
        using var cancellation = new CancellationTokenSource();
        using var call = new TestService.TestServiceClient(channel).StreamingInputCall(cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Wait.For(call.ResponseAsync));
    }

    [Fact]
    public async Task Cancel_BeforeStart_MakesNoRequest()
    {
        await using var server = await TestServer.StartAsync();
        await Expect.FailureAsync(
            StatusCode.Cancelled, server.Client.UnaryCallAsync(new SimpleRequest(), cancellationToken: new CancellationToken(true)));
    }

    [Fact]
    public async Task DisposeChannel_WithRunningCall_CancelsIt()
    {
        await using var server = await TestServer.StartAsync();
        using var call = server.Client.FullDuplexCall();
        server.Channel.Dispose();
        await Expect.FailureAsync(StatusCode.Cancelled, () => call.ResponseStream.MoveNext());
        Assert.Throws<ObjectDisposedException>(() => server.Channel.CreateCallInvoker());
    }

    [Fact]
    public async Task ServerEndsEarly_WhileClientWrites_WritesTellStatus()
    {
        await using var server = await TestServer.StartAsync(new Script
        {
            Input = (_, _) => throw new RpcException(new Status(StatusCode.ResourceExhausted, "full")),
        });
        using var call = server.Client.StreamingInputCall();
        await Expect.FailureAsync(StatusCode.ResourceExhausted, () => call.ResponseAsync);
        await Expect.FailureAsync(StatusCode.ResourceExhausted, () => call.RequestStream.WriteAsync(new StreamingInputCallRequest()));
    }

    [Fact]
    public async Task ServerRefusesDuplex_WhileClientWrites_WritesTellStatus()
    {
        await using var server = await TestServer.StartAsync(new Script
        {
            Duplex = async (requests, _, context) =>
            {
                await requests.MoveNext(context.CancellationToken);
                throw new RpcException(new Status(StatusCode.ResourceExhausted, "full"));
            },
        });
        using var call = server.Client.FullDuplexCall();
        await Expect.FailureAsync(StatusCode.ResourceExhausted, async () =>
        {
            while (true)
                await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { Payload = new Payload { Body = LargeBody } });
        });
        await Expect.FailureAsync(StatusCode.ResourceExhausted, () => call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task ServerEndsDuplexWithOk_WhileClientWrites_WritesAreRefused()
    {
        await using var server = await TestServer.StartAsync(new Script
        {
            Duplex = (_, responses, _) => responses.WriteAsync(new StreamingOutputCallResponse()),
        });
        using var call = server.Client.FullDuplexCall();
        while (await Wait.For(call.ResponseStream.MoveNext()))
        {
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => Wait.For(call.RequestStream.WriteAsync(new StreamingOutputCallRequest())));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task ServerStops_WithRunningCall_EndsItAsUnavailableOrCancelled()
    {
        await using var server = await TestServer.StartAsync();
        using var call = server.Client.FullDuplexCall();
        await Wait.For(call.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseParameters = { new ResponseParameters { Size = 1 } } }));
        Assert.True(await Wait.For(call.ResponseStream.MoveNext()));
        var read = call.ResponseStream.MoveNext();
        server.Kill();
        var failure = await Assert.ThrowsAsync<RpcException>(() => Wait.For(read));
        Assert.Contains(failure.StatusCode, new[] { StatusCode.Unavailable, StatusCode.Cancelled, StatusCode.Internal });
    }
}
