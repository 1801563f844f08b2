using Grpc.Core;

namespace VideoGrain.Portable.Grpc.Tests.Hosting;

internal static class Expect
{
    /// <summary>Waits for a call to fail and gives its failure.</summary>
    public static async Task<RpcException> FailureAsync(StatusCode code, Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() => Wait.For(call()));
        Assert.True(code == failure.StatusCode, $"{code} expected, but the call ended with {failure.Status}");
        return failure;
    }

    public static Task<RpcException> FailureAsync<T>(StatusCode code, AsyncUnaryCall<T> call) =>
        FailureAsync(code, () => call.ResponseAsync);
}
