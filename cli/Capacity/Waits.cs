namespace VideoGrain.Cli.Capacity;

/// <summary>Waiting times in seconds.</summary>
/// <param name="seconds">The times, in any order.</param>
internal sealed class Waits(IEnumerable<double> seconds)
{
    private readonly double[] _sorted = [.. seconds.Order()];

    /// <summary>How many there are.</summary>
    public int Count => _sorted.Length;

    /// <summary>Their mean; 0 for none.</summary>
    public double Mean => _sorted.Length == 0 ? 0 : _sorted.Average();

    /// <summary>The time that a share of them does not exceed; 0 for none.</summary>
    public double Quantile(double share) => _sorted.Length == 0 ? 0 : _sorted[Math.Min(_sorted.Length - 1, (int)(share * _sorted.Length))];
}
