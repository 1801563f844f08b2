namespace VideoGrain.Segmentation.Regions;

/// <summary>Motion from frame to frame in whole pixels: what rounding leaves over is made up for in the frames that follow.</summary>
internal sealed class Drift
{
    private (double X, double Y) _left;

    /// <summary>Pixels per frame.</summary>
    public (double X, double Y) Velocity { get; private set; }

    /// <summary>Takes a newly measured motion.</summary>
    /// <param name="motion">Pixels from the frame before.</param>
    /// <param name="weight">How much it counts against what was known, 0 to 1.</param>
    public void Measure((double X, double Y) motion, double weight)
    {
        Velocity = (Velocity.X + (weight * (motion.X - Velocity.X)), Velocity.Y + (weight * (motion.Y - Velocity.Y)));
        _left = default;
    }

    /// <summary>Moves on by one frame.</summary>
    /// <returns>The step in pixels.</returns>
    public (int X, int Y) Step()
    {
        var (x, y) = (Velocity.X + _left.X, Velocity.Y + _left.Y);
        var step = ((int)Math.Round(x), (int)Math.Round(y));
        _left = (x - step.Item1, y - step.Item2);
        return step;
    }
}
