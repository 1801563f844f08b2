namespace VideoGrain.Orchestrator.Tests.Support;

/// <summary>Waits for what another process part brings about, without a fixed pause.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    public static Task TrueAsync(Func<bool> condition, string? what = null) => TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, string? what = null)
    {
        using var timer = new PeriodicTimer(Interval);
        using var limit = new CancellationTokenSource(Bounded.Patience);
        while (!await condition())
        {
            if (limit.IsCancellationRequested)
                Assert.Fail(what ?? "the condition did not come true in time");

            await timer.WaitForNextTickAsync(Bounded.Token);
        }
    }
}
