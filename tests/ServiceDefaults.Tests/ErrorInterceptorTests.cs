using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
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
