using System.Runtime.InteropServices;

namespace VideoGrain.Tensors.Tests;

/// <summary>Reproducible numbers and comparisons for tests.</summary>
internal static class Numbers
{
    /// <summary>Values drawn evenly from [-size, size].</summary>
    public static float[] Random(int seed, long count, float size = 1)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < values.Length; i++) values[i] = ((random.NextSingle() * 2) - 1) * size;
        return values;
    }

    /// <summary>Wraps values as an fp32 host tensor.</summary>
    public static HostTensor Host(float[] values, params int[] shape) =>
        new(ElementType.Float32, shape, MemoryMarshal.AsBytes<float>(values).ToArray());

    /// <summary>A tensor's elements.</summary>
    public static float[] Values(this IEngine engine, Tensor tensor)
    {
        var values = new float[tensor.ElementCount];
        engine.Download(tensor, values);
        return values;
    }

    /// <summary>Requires every element to lie within an absolute plus a relative tolerance of the expected one.</summary>
    public static void AssertClose(double[] expected, float[] actual, double tolerance = 1e-5)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(expected[i] - actual[i]) <= tolerance * (1 + Math.Abs(expected[i]))))
                Assert.Fail($"element {i}: expected {expected[i]:R}, got {actual[i]:R}");
        }
    }
}
