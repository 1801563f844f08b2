using Grpc.Core;
using VideoGrain.Portable.Grpc.Tests.Hosting;
using VideoGrain.Portable.Grpc.Tests.Interop;

namespace VideoGrain.Portable.Grpc.Tests.Functional;

public sealed class DeadlineTests
{
    private static DateTime In(double milliseconds) => TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(milliseconds);

    [Fact]
    public async Task Deadline_PassesOnClient_EndsCall()
    {
        await using var server = await TestServer.StartAsync(new Script
        {
            Unary = async (_, context) =>
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                return new SimpleResponse();
            },
        });
        await Expect.FailureAsync(StatusCode.DeadlineExceeded, server.Client.UnaryCallAsync(new SimpleRequest(), deadline: In(100)));
    }

    [Fact]
    public async Task Deadline_PassesOnServer_CancelsHandler()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(new Script
        {
            Unary = async (_, context) =>
            {
                context.CancellationToken.Register(() => cancelled.TrySetResult());
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                return new SimpleResponse();
            },
        });
        var answer = await RawCall.SendAsync(
            server.Address, RawCall.Message(), request => request.Headers.TryAddWithoutValidation("grpc-timeout", "500m"));
        Assert.Equal("4", answer.Status);
        await Wait.For(cancelled.Task);
    }

    [Fact]
    public async Task Deadline_HandlerIgnoresCancellation_ServerStillEndsCall()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(new Script
        {
            Unary = async (_, _) =>
            {
                await release.Task;
                return new SimpleResponse();
            },
        });
        try
        {
            var answer = await RawCall.SendAsync(
                server.Address, RawCall.Message(), request => request.Headers.TryAddWithoutValidation("grpc-timeout", "50m"));
            Assert.Equal("4", answer.Status);
        }
        finally
        {
            release.SetResult();
        }
    }

    [Fact]
    public async Task Deadline_InThePast_FailsWithoutRequest()
    {
        var reached = false;
        await using var server = await TestServer.StartAsync(new Script
        {
            Unary = (_, _) =>
            {
                reached = true;
                return Task.FromResult(new SimpleResponse());
            },
        });
        await Expect.FailureAsync(StatusCode.DeadlineExceeded, server.Client.UnaryCallAsync(new SimpleRequest(), deadline: In(-1)));
        Assert.False(reached);
    }

    [Fact]
    public async Task Deadline_OfCall_IsKnownToHandler()
    {
        DateTime seen = default;
        await using var server = await TestServer.StartAsync(new Script
        {
            Unary = (_, context) =>
            {
                seen = context.Deadline;
                return Task.FromResult(new SimpleResponse());
            },
        });
        var deadline = In(TimeSpan.FromHours(1).TotalMilliseconds);
        await Wait.For(server.Client.UnaryCallAsync(new SimpleRequest(), deadline: deadline));
        Assert.InRange(seen, deadline.AddSeconds(-20), deadline.AddSeconds(20));
        await Wait.For(server.Client.UnaryCallAsync(new SimpleRequest()));
        Assert.Equal(DateTime.MaxValue, seen);
    }

    [Theory]
    [InlineData("99999999H")]
    [InlineData("12345678901S")]
    [InlineData("S")]
    [InlineData("-5S")]
    [InlineData("5x")]
    [InlineData("0S")]
    public async Task TimeoutHeader_HugeOrMalformed_DoesNotFailCall(string timeout)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await RawCall.SendAsync(
            server.Address, RawCall.Message(), request => request.Headers.TryAddWithoutValidation("grpc-timeout", timeout));
        Assert.Equal("0", answer.Status);
    }

    [Fact]
    public async Task Deadline_NotInUtc_IsRefused()
    {
        await using var server = await TestServer.StartAsync();
        var local = new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);
        Assert.Throws<InvalidOperationException>(() => server.Client.UnaryCallAsync(new SimpleRequest(), deadline: local));
    }

    [Fact]
    public async Task Deadline_DuringServerStream_EndsReads()
    {
        await using var server = await TestServer.StartAsync();
        var request = new StreamingOutputCallRequest
        {
            ResponseParameters = { new ResponseParameters { Size = 1 }, new ResponseParameters { Size = 1, IntervalUs = int.MaxValue } },
        };
        // Long enough for the first response on a machine that is busy with other tests: only the second read should meet the deadline.
        using var call = server.Client.StreamingOutputCall(request, deadline: In(5000));
        Assert.True(await Wait.For(call.ResponseStream.MoveNext()));
        await Expect.FailureAsync(StatusCode.DeadlineExceeded, () => call.ResponseStream.MoveNext());
    }
}
