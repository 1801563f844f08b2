namespace VideoGrain.Observability.Tests.Support;

/// <summary>Waits that end.</summary>
internal static class Waiting
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    public static async Task UntilAsync(Func<Task<bool>> condition, string what, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval);
        using var limit = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            if (limit.IsCancellationRequested) throw new TimeoutException($"It did not come true in time: {what}.");
            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    public static Task UntilAsync(Func<bool> condition, string what, CancellationToken cancellation) =>
        UntilAsync(() => Task.FromResult(condition()), what, cancellation);
}
