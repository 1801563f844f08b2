namespace VideoGrain.Editing;

/// <summary>
/// Optical flow of a clip: for every pixel of frame t the displacement to frame t + 1, in pixels, [transitions, height, width, 2] with
/// the horizontal part first.
/// </summary>
public sealed class FlowField
{
    /// <summary>Wraps the values; the array is kept, not copied.</summary>
    /// <exception cref="ArgumentException">The count does not fit the sizes, or a size is out of range.</exception>
    public FlowField(int transitions, int height, int width, float[] values)
    {
        if (transitions < 0 || height < 1 || width < 1)
            throw new ArgumentException($"sizes must be positive, got {transitions} x {height} x {width}", nameof(transitions));
        if (values.Length != 2L * transitions * height * width)
            throw new ArgumentException($"{values.Length} values do not hold {transitions} x {height} x {width} x 2", nameof(values));
        (Transitions, Height, Width, Values) = (transitions, height, width, values);
    }

    /// <summary>Pairs of neighbouring frames: one less than the clip's frames.</summary>
    public int Transitions { get; }

    /// <summary>Rows, in pixels.</summary>
    public int Height { get; }

    /// <summary>Columns, in pixels.</summary>
    public int Width { get; }

    /// <summary>[transitions, height, width, 2].</summary>
    public float[] Values { get; }

    /// <summary>A copy cut or enlarged to another size, without scaling; new rows and columns repeat the last.</summary>
    public FlowField Fit(int height, int width) =>
        new(Transitions, height, width, Padding.Fit<float>(Values, Transitions, Height, Width, 2, height, width));

    /// <summary>Displacement at a pixel.</summary>
    public (float Horizontal, float Vertical) At(int transition, int row, int column)
    {
        var index = 2 * ((transition * Height + row) * Width + column);
        return (Values[index], Values[index + 1]);
    }
}
