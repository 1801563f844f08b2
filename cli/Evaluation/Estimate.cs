using VideoGrain.Editing.Random;

namespace VideoGrain.Cli.Evaluation;

/// <summary>A mean over clips with its 95 % interval.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Low">Lower end: the 2.5th percentile of means of clips drawn with replacement.</param>
/// <param name="High">Upper end, likewise.</param>
/// <param name="Count">Number of clips.</param>
internal sealed record Estimate(double Mean, double Low, double High, int Count)
{
    private const int Resamples = 2000;
    private const double Tail = 0.025;

    /// <summary>Whether the interval lies on one side of 0.</summary>
    public bool ExcludesZero => Low > 0 || High < 0;

    /// <summary>Estimates from one value per clip; null without any. The draws depend on the count alone, so that a table is reproducible.</summary>
    public static Estimate? Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
            return null;
        CounterRandom random = new(0, NoisePurpose.Bootstrap, (uint)values.Count);
        double[] means = new double[Resamples];
        ulong position = 0;
        for (int r = 0; r < Resamples; r++)
        {
            double sum = 0;
            for (int i = 0; i < values.Count; i++)
                sum += values[(int)(random.Uniform(position++) * values.Count)];
            means[r] = sum / values.Count;
        }

        Array.Sort(means);
        return new Estimate(values.Average(), means[(int)(Tail * Resamples)], means[(int)((1 - Tail) * Resamples) - 1], values.Count);
    }
}
