using System.Diagnostics;

namespace VideoGrain.Orchestrator.Benchmarks;

/// <summary>Wall times of one kind of call.</summary>
internal sealed class Latencies(string name)
{
    private readonly List<double> _milliseconds = [];

    /// <summary>Makes calls, some at a time, and measures each.</summary>
    /// <param name="count">How many.</param>
    /// <param name="together">How many at a time.</param>
    /// <param name="call">One call.</param>
    public async Task MeasureAsync(int count, int together, Func<Task> call)
    {
        var left = count;
        await Task.WhenAll(Enumerable.Range(0, together).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var started = Stopwatch.GetTimestamp();
                await call();
                var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                lock (_milliseconds)
                    _milliseconds.Add(elapsed);
            }
        })));
    }

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        _milliseconds.Sort();
        return FormattableString.Invariant($"{name,-44} {_milliseconds.Count,6} calls   p50 {At(0.5),8:F2} ms   p99 {At(0.99),8:F2} ms   max {_milliseconds[^1],8:F2} ms");
    }

    private double At(double fraction) => _milliseconds[(int)Math.Min(_milliseconds.Count - 1, fraction * _milliseconds.Count)];
}
