namespace VideoGrain.Tensors;

/// <summary>
/// What ST-Layout attention adds to a plain attention (paper section 3.2; golden data 4.4). For query i with scaled scores s,
/// their row maximum max_i and minimum min_i taken before any change:
/// <code>
/// s_ij + strength_i (max_i - s_ij)   where query i and key j share a region,
/// s_ij - strength_i (s_ij - min_i)   everywhere else.
/// </code>
/// Regions may overlap; they are bit sets, so a pair test is one AND.
/// </summary>
public sealed class LayoutModulation
{
    /// <summary>Most regions that fit a bit set.</summary>
    public const int MaxRegions = 64;

    /// <summary>Builds the modulation for one attention call; the arrays are kept, not copied.</summary>
    /// <param name="queryRegions">[queries]: bit r set when the query lies in region r.</param>
    /// <param name="keyRegions">[keys]: bit r set when the key lies in (or, for text, names) region r.</param>
    /// <param name="strength">
    /// [queries]: 0 (leave alone) to 1 (replace the scores by the row's extremes). Below 0 the formula turns around; the released program
    /// gets there where regions overlap so much that their size term goes below 0.
    /// </param>
    /// <exception cref="ArgumentException">The query arrays differ in length, or a strength is above 1 or not finite.</exception>
    public LayoutModulation(ulong[] queryRegions, ulong[] keyRegions, float[] strength)
    {
        if (queryRegions.Length != strength.Length)
            throw new ArgumentException($"{strength.Length} strengths for {queryRegions.Length} queries", nameof(strength));
        foreach (var value in strength)
        {
            if (!(value <= 1 && float.IsFinite(value)))
                throw new ArgumentException($"strength must be finite and at most 1, got {value}", nameof(strength));
        }

        QueryRegions = queryRegions;
        KeyRegions = keyRegions;
        Strength = strength;
    }

    /// <summary>[queries]: region bits of each query.</summary>
    public ulong[] QueryRegions { get; }

    /// <summary>[keys]: region bits of each key.</summary>
    public ulong[] KeyRegions { get; }

    /// <summary>[queries]: strength of each query's modulation.</summary>
    public float[] Strength { get; }
}
