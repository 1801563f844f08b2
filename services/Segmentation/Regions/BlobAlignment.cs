namespace VideoGrain.Segmentation.Regions;

/// <summary>Finds where a whole object lies when only a part of it is seen.</summary>
internal static class BlobAlignment
{
    // How far the expected place may be off, in steps, and what a step costs as a share of the object.
    private const int MostSteps = 4;
    private const double StepCost = 0.005;

    /// <summary>
    /// The small move after which the whole covers what is seen, and nothing but other objects covers the rest of it.
    /// </summary>
    /// <param name="whole">The whole object where it is expected.</param>
    /// <param name="seen">What is seen of it.</param>
    /// <param name="others">What may hide it.</param>
    /// <param name="step">Pixels that a step moves, 1 or more; only every step-th row and column is looked at.</param>
    public static (int X, int Y) Find(Blob whole, Blob seen, IReadOnlyList<Blob> others, int step)
    {
        var samples = Samples(whole, step);
        var target = Samples(seen, step);
        var near = Blob.Join([seen, .. others.Where(o => o.Common(whole.Dilate(MostSteps * step)) > 0)]);
        var (best, bestScore) = ((X: 0, Y: 0), double.NegativeInfinity);
        for (var dy = -MostSteps; dy <= MostSteps; dy++)
        {
            for (var dx = -MostSteps; dx <= MostSteps; dx++)
            {
                var (x, y) = (dx * step, dy * step);
                var score = (double)samples.Count(p => seen.Contains(p.X + x, p.Y + y))
                    - samples.Count(p => !near.Contains(p.X + x, p.Y + y))
                    - target.Count(p => !whole.Contains(p.X - x, p.Y - y))
                    - (StepCost * samples.Count * (Math.Abs(dx) + Math.Abs(dy)));
                if (score > bestScore)
                    (best, bestScore) = ((x, y), score);
            }
        }

        return best;
    }

    private static List<(int X, int Y)> Samples(Blob blob, int step) => [.. blob.Pixels().Where(p => p.X % step == 0 && p.Y % step == 0)];
}
