using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.ServiceDefaults.Tests;

/// <summary>What callers are told when a method throws.</summary>
public sealed class ErrorInterceptorTests
{
    private readonly ErrorInterceptor _interceptor = new(new ErrorTranslator([]), TimeProvider.System, NullLogger<ErrorInterceptor>.Instance);

    [Fact]
    public async Task WriteToAResponseThatTheDeadlineClosed_IsTheDeadlinesConsequence()
    {
        var error = await ErrorOfAsync(new Call(DateTime.UtcNow.AddMilliseconds(-1), CancellationToken.None));

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public async Task FailureOfACancelledCall_IsTheCancellationsConsequence()
    {
        var error = await ErrorOfAsync(new Call(DateTime.MaxValue, new CancellationToken(canceled: true)));

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
    }

    [Fact]
    public async Task FailureWithTimeLeft_IsUnexpected()
    {
        var error = await ErrorOfAsync(new Call(DateTime.UtcNow.AddHours(1), CancellationToken.None));

        Assert.Equal(StatusCode.Internal, error.StatusCode);
        Assert.DoesNotContain("completed", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StreamThatBreaksOff_IsCancelledByTheCaller()
    {
        var error = await ErrorOfReadingAsync(new IOException("The client reset the request stream."));

        Assert.Equal((StatusCode.Cancelled, ErrorReasons.Cancelled), (error.Code, error.Reason));
    }

    // As the parser throws it, and as gRPC may wrap it.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StreamOfBytesThatAreNoMessage_IsTheCallersFault(bool isWrapped)
    {
        var cause = Assert.Throws<InvalidProtocolBufferException>(() => TensorChunk.Parser.ParseFrom([0xFF]));

        var error = await ErrorOfReadingAsync(isWrapped ? new RpcException(new Status(StatusCode.Internal, "A message could not be read.", cause)) : cause);

        Assert.Equal((StatusCode.InvalidArgument, ErrorReasons.MessageMalformed), (error.Code, error.Reason));
    }

    private async Task<VideoGrainException> ErrorOfReadingAsync(Exception failure)
    {
        var call = new Call(DateTime.MaxValue, CancellationToken.None);
        var duplex = await Assert.ThrowsAsync<RpcException>(() => _interceptor.DuplexStreamingServerHandler<string, string>(
            new BrokenStream<string>(failure), null!, call, (requests, _, _) => requests.MoveNext(CancellationToken.None)));
        var client = await Assert.ThrowsAsync<RpcException>(() => _interceptor.ClientStreamingServerHandler<string, string>(
            new BrokenStream<string>(failure), call, async (requests, _) => $"{await requests.MoveNext(CancellationToken.None)}"));
        Assert.Equal(duplex.Status.Detail, client.Status.Detail);
        return VideoGrainException.FromRpcException(duplex);
    }

    private Task<RpcException> ErrorOfAsync(Call call) => Assert.ThrowsAsync<RpcException>(() => _interceptor.UnaryServerHandler<string, string>(
        "request", call, (_, _) => throw new InvalidOperationException("Writing is not allowed after writer was completed.")));

    private sealed class Call(DateTime deadline, CancellationToken cancellation) : ServerCallContext
    {
        protected override string MethodCore => "/test.Service/Method";

        protected override string HostCore => "host";

        protected override string PeerCore => "peer";

        protected override DateTime DeadlineCore => deadline;

        protected override Metadata RequestHeadersCore { get; } = [];

        protected override CancellationToken CancellationTokenCore => cancellation;

        protected override Metadata ResponseTrailersCore { get; } = [];

        protected override Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore { get; } = new("", []);

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
