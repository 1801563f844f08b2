namespace VideoGrain.Portable.Grpc.Tests.Hosting;

/// <summary>Bounds every wait of the tests.</summary>
internal static class Wait
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static Task<T> For<T>(Task<T> task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    public static Task For(Task task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    public static Task<T> For<T>(global::Grpc.Core.AsyncUnaryCall<T> call) => For(call.ResponseAsync);
}
