namespace VideoGrain.Orchestrator.Tests.Support;

/// <summary>Every wait in these tests ends.</summary>
internal static class Bounded
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public static Task InTime(this Task task) => task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public static CancellationToken Token => TestContext.Current.CancellationToken;
}
