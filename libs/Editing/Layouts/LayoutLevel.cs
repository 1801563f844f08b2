using System.Numerics;

namespace VideoGrain.Editing.Layouts;

/// <summary>The regions at one resolution: who contains which token, and how large the regions are.</summary>
public sealed class LayoutLevel
{
    private const float LargestHalf = 65504;

    private LayoutLevel(int frames, int height, int width, ulong[] regions, float[] selfSize, float[] crossSize) =>
        (Frames, Height, Width, Regions, SelfSize, CrossSize) = (frames, height, width, regions, selfSize, crossSize);

    /// <summary>Frames.</summary>
    public int Frames { get; }

    /// <summary>Rows of tokens.</summary>
    public int Height { get; }

    /// <summary>Columns of tokens.</summary>
    public int Width { get; }

    /// <summary>[frames * height * width]: bit r set where the token lies in region r.</summary>
    public ulong[] Regions { get; }

    /// <summary>
    /// [frames * height * width]: z = 1 - (tokens of the clip that share a region with this one, counted once per shared region) / divisor.
    /// Overlapping regions can bring it below 0.
    /// </summary>
    public float[] SelfSize { get; }

    /// <summary>[frames * height * width]: 1 - (area of this token's regions in its frame) / (tokens of a frame).</summary>
    public float[] CrossSize { get; }

    /// <summary>Builds a level from masks of any size.</summary>
    /// <param name="masks">One mask per region, equal frame counts.</param>
    /// <param name="height">Rows of tokens.</param>
    /// <param name="width">Columns of tokens.</param>
    /// <param name="divisor">Divisor of the self-attention size term.</param>
    /// <param name="halfPrecision">Round the self-attention size term as released: row sum, quotient and difference to half precision.</param>
    public static LayoutLevel Build(IReadOnlyList<LayoutMask> masks, int height, int width, SizeDivisor divisor, bool halfPrecision)
    {
        var frames = masks[0].Frames;
        var perFrame = height * width;
        var regions = new ulong[frames * perFrame];
        for (var region = 0; region < masks.Count; region++)
        {
            var values = masks[region].Resample(height, width).Values.Span;
            for (var token = 0; token < values.Length; token++)
            {
                if (values[token] != 0) regions[token] |= 1UL << region;
            }
        }

        var areas = new int[masks.Count, frames];
        var totals = new long[masks.Count];
        for (var token = 0; token < regions.Length; token++)
        {
            for (var bits = regions[token]; bits != 0; bits &= bits - 1)
            {
                var region = BitOperations.TrailingZeroCount(bits);
                areas[region, token / perFrame]++;
                totals[region]++;
            }
        }

        var selfDivisor = (double)frames * perFrame * (divisor == SizeDivisor.FramesTimesTokens ? frames : 1);
        var selfSize = new float[regions.Length];
        var crossSize = new float[regions.Length];
        for (var token = 0; token < regions.Length; token++)
        {
            long sharing = 0;
            long area = 0;
            for (var bits = regions[token]; bits != 0; bits &= bits - 1)
            {
                var region = BitOperations.TrailingZeroCount(bits);
                sharing += totals[region];
                area += areas[region, token / perFrame];
            }

            selfSize[token] = SelfTerm(sharing, selfDivisor, halfPrecision);
            crossSize[token] = 1 - area / (float)perFrame;
        }

        return new LayoutLevel(frames, height, width, regions, selfSize, crossSize);
    }

    private static float SelfTerm(long sharing, double divisor, bool halfPrecision)
    {
        if (!halfPrecision) return (float)(1 - sharing / divisor);
        var sum = (float)(Half)Math.Min(sharing, LargestHalf);
        var quotient = (float)(Half)(float)(sum / divisor);
        return (float)(Half)(1 - quotient);
    }
}
