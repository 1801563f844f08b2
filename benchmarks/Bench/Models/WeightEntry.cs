namespace VideoGrain.Bench.Models;

/// <summary>One parameter of a network.</summary>
/// <param name="Name">Full name.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Role">How its values are drawn.</param>
internal sealed record WeightEntry(string Name, int[] Shape, WeightRole Role)
{
    /// <summary>Number of values.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Values that one output sums over.</summary>
    public int FanIn => Shape.Skip(1).Aggregate(1, (product, size) => product * size);
}
