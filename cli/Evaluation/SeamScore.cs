namespace VideoGrain.Cli.Evaluation;

/// <summary>Whether a clip edited in windows shows where they meet.</summary>
/// <param name="Across">Warp-Err of the pairs of frames between which one window hands over to the next, in thousandths.</param>
/// <param name="Inside">Warp-Err of all other pairs.</param>
/// <param name="Count">Number of pairs across seams.</param>
internal sealed record SeamScore(double Across, double Inside, int Count)
{
    /// <summary>1 where seams are no worse than the rest; null where the rest has no error.</summary>
    public double? Ratio => Inside > 0 ? Across / Inside : null;
}
