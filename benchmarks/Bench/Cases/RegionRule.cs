using VideoGrain.Tensors;

namespace VideoGrain.Bench.Cases;

/// <summary>
/// The layout that both programs use where one is needed: a region at the left edge, one at the right, nothing between them, each naming three words of the prompt.
/// </summary>
internal static class RegionRule
{
    private const float SelfStrength = 0.27f;
    private const float CrossStrength = 0.9f;
    private const ulong Left = 1, Right = 2;
    private const int LeftWord = 2, RightWord = 6, Words = 3;

    /// <summary>Modulation of self-attention on tokens that lie in rows of <paramref name="width"/>.</summary>
    public static LayoutModulation Self(int tokens, int width)
    {
        var regions = OfTokens(tokens, width);
        return new LayoutModulation(regions, regions, Filled(tokens, SelfStrength));
    }

    /// <summary>Modulation of cross-attention to a prompt.</summary>
    public static LayoutModulation Cross(int tokens, int width, int words)
    {
        var owners = new ulong[words];
        for (var i = 0; i < words; i++) owners[i] = i is >= LeftWord and < LeftWord + Words ? Left : i is >= RightWord and < RightWord + Words ? Right : 0;
        return new LayoutModulation(OfTokens(tokens, width), owners, Filled(tokens, CrossStrength));
    }

    private static ulong[] OfTokens(int tokens, int width)
    {
        var regions = new ulong[tokens];
        for (var i = 0; i < tokens; i++)
        {
            var column = i % width * 8;
            regions[i] = column < 3 * width ? Left : column >= 5 * width ? Right : 0;
        }

        return regions;
    }

    private static float[] Filled(int count, float value)
    {
        var values = new float[count];
        Array.Fill(values, value);
        return values;
    }
}
