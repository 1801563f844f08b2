namespace VideoGrain.Media.Flow;

/// <summary>Tells from the flow there and the flow back which points can be seen in both frames.</summary>
public static class FlowConsistency
{
    // A point returns when it misses by less than this: a part of the way (squared), and a base for rounding, in squared pixels.
    private const float ReturnFraction = 0.01f;
    private const float ReturnBase = 0.5f;

    /// <summary>Joins two flows: a point counts as visible in the next frame when the flow back from there returns to it.</summary>
    /// <param name="width">Columns; at least 1.</param>
    /// <param name="height">Rows; at least 1.</param>
    /// <param name="there">(height, width, 2): displacement from the first frame to the second, in pixels, finite.</param>
    /// <param name="back">(height, width, 2): displacement from the second frame to the first.</param>
    /// <returns>The flow from the first frame to the second.</returns>
    /// <exception cref="MediaException">A buffer's length does not fit the size, or a displacement is not finite.</exception>
    public static FlowField Join(int width, int height, float[] there, float[] back)
    {
        ArgumentNullException.ThrowIfNull(there);
        ArgumentNullException.ThrowIfNull(back);
        if (back.LongLength != 2L * width * height)
            throw new MediaException(MediaError.SizeMismatch, $"Flow of {width} x {height} pixels: {back.Length} displacements back.");
        var visible = new bool[there.Length / 2];
        for (var i = 0; i < visible.Length; i++)
            visible[i] = Returns(i % width, i / width, there[2 * i], there[(2 * i) + 1], back, width, height);
        return new FlowField(width, height, there, visible);
    }

    private static bool Returns(int x, int y, float u, float v, float[] back, int width, int height)
    {
        float tx = x + u, ty = y + v;
        if (!(tx >= 0 && ty >= 0 && tx <= width - 1 && ty <= height - 1))
            return false;
        var (x0, y0) = ((int)tx, (int)ty);
        var (x1, y1) = (Math.Min(x0 + 1, width - 1), Math.Min(y0 + 1, height - 1));
        var (fx, fy) = (tx - x0, ty - y0);
        float Sample(int component)
        {
            float At(int column, int row) => back[(2 * ((row * width) + column)) + component];
            var upper = At(x0, y0) + (fx * (At(x1, y0) - At(x0, y0)));
            var lower = At(x0, y1) + (fx * (At(x1, y1) - At(x0, y1)));
            return upper + (fy * (lower - upper));
        }

        float bu = Sample(0), bv = Sample(1);
        var miss = ((u + bu) * (u + bu)) + ((v + bv) * (v + bv));
        return miss < (ReturnFraction * ((u * u) + (v * v) + (bu * bu) + (bv * bv))) + ReturnBase;
    }
}
