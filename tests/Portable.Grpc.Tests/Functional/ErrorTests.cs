using Grpc.Core;
using VideoGrain.Portable.Grpc.Tests.Hosting;
using VideoGrain.Portable.Grpc.Tests.Interop;

namespace VideoGrain.Portable.Grpc.Tests.Functional;

public sealed class ErrorTests
{
    [Theory]
    [InlineData(false, "Exception was thrown by handler.")]
    [InlineData(true, "Exception was thrown by handler. TimeZoneNotFoundException: secret")]
    public async Task Handler_Throws_GivesUnknownAndLogsError(bool detailed, string detail)
    {
        await using var server = await TestServer.StartAsync(
            new Script { Unary = (_, _) => throw new TimeZoneNotFoundException("secret") }, options => options.EnableDetailedErrors = detailed);
        server.ExpectErrors = true;
        var failure = await Expect.FailureAsync(StatusCode.Unknown, server.Client.UnaryCallAsync(new SimpleRequest()));
        Assert.Equal(detail, failure.Status.Detail);
        Assert.Contains("secret", Assert.Single(server.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handler_GivesNull_IsCancelled()
    {
        await using var server = await TestServer.StartAsync(new Script { Unary = (_, _) => Task.FromResult<SimpleResponse>(null!) });
        await Expect.FailureAsync(StatusCode.Cancelled, server.Client.UnaryCallAsync(new SimpleRequest()));
    }

    [Fact]
    public async Task Method_NotOverridden_IsUnimplemented()
    {
        await using var server = await TestServer.StartAsync();
        await Expect.FailureAsync(StatusCode.Unimplemented, server.Client.UnimplementedCallAsync(new Empty()));
        await Expect.FailureAsync(
            StatusCode.Unimplemented, new UnimplementedService.UnimplementedServiceClient(server.Channel).UnimplementedCallAsync(new Empty()));
    }

    [Fact]
    public async Task Trailer_NotSendable_FailsCallOnly()
    {
        await using var server = await TestServer.StartAsync(new Script
        {
            Unary = (_, context) =>
            {
                context.ResponseTrailers.Add("text", "line\nbreak");
                return Task.FromResult(new SimpleResponse());
            },
        });
        server.ExpectErrors = true;
        await Expect.FailureAsync(StatusCode.Unknown, server.Client.UnaryCallAsync(new SimpleRequest()));
    }

    [Fact]
    public async Task Write_WhileAnotherRuns_IsRefused()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Exception? second = null;
        await using var server = await TestServer.StartAsync(new Script
        {
            Output = async (responses, _) =>
            {
                var large = new StreamingOutputCallResponse
                {
                    Payload = new Payload { Body = Google.Protobuf.ByteString.CopyFrom(new byte[3 * 1024 * 1024]) },
                };
                var writes = Enumerable.Range(0, 20).Select(_ => responses.WriteAsync(large)).ToArray();
                second = writes.Select(write => write.Exception?.InnerException).FirstOrDefault(exception => exception is not null);
                release.SetResult();
                await Task.WhenAll(writes.Where(write => !write.IsFaulted));
            },
        });
        using var call = server.Client.StreamingOutputCall(new StreamingOutputCallRequest());
        await Wait.For(release.Task);
        while (await Wait.For(call.ResponseStream.MoveNext()))
        {
        }

        Assert.IsType<InvalidOperationException>(second);
    }

    [Fact]
    public async Task Write_AfterComplete_IsRefused()
    {
        await using var server = await TestServer.StartAsync();
        using var call = server.Client.StreamingInputCall();
        await Wait.For(call.RequestStream.CompleteAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new StreamingInputCallRequest()));
        await Wait.For(call.ResponseAsync);
    }

    [Fact]
    public async Task Status_BeforeEnd_IsRefused()
    {
        await using var server = await TestServer.StartAsync();
        using var call = server.Client.FullDuplexCall();
        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        Assert.Throws<InvalidOperationException>(() => call.GetTrailers());
    }

    [Fact]
    public async Task ResponseHeaders_SentTwice_IsRefused()
    {
        await using var server = await TestServer.StartAsync(new Script
        {
            Unary = async (_, context) =>
            {
                await context.WriteResponseHeadersAsync([]);
                await Assert.ThrowsAsync<InvalidOperationException>(() => context.WriteResponseHeadersAsync([]));
                return new SimpleResponse();
            },
        });
        await Wait.For(server.Client.UnaryCallAsync(new SimpleRequest()));
    }

    [Fact]
    public async Task Client_WithoutChannel_IsATestDoublesBase()
    {
        var client = new Double();
        Assert.Throws<NotImplementedException>(() => client.EmptyCall(new Empty()));
        await using var server = await TestServer.StartAsync();
        Assert.Throws<InvalidOperationException>(() => MapNoService());

        static void MapNoService()
        {
            var builder = Microsoft.AspNetCore.Builder.WebApplication.CreateSlimBuilder();
            Microsoft.Extensions.DependencyInjection.GrpcServicesExtensions.AddGrpc(builder.Services);
            Microsoft.AspNetCore.Builder.GrpcEndpointRouteBuilderExtensions.MapGrpcService<ErrorTests>(builder.Build());
        }
    }

    private sealed class Double : TestService.TestServiceClient
    {
    }
}
