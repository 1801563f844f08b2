using VideoGrain.Testing;

namespace VideoGrain.Portable.OnnxRuntime.Tests;

/// <summary>Small models with known answers.</summary>
internal static class Graphs
{
    /// <summary>y = a + b for float [n, 3]; n is open.</summary>
    public static byte[] Add() => new OnnxModelWriter("adder")
        .Metadata("licence", "Apache-2.0")
        .Input("a", OnnxElement.Float, "n", 3)
        .Input("b", OnnxElement.Float, "n", 3)
        .Output("y", OnnxElement.Float, "n", 3)
        .Node("Add", ["a", "b"], ["y"])
        .ToArray();

    /// <summary>big = x > 0 (bool), index = argmax of x (int64), copy = x, for float [4].</summary>
    public static byte[] Kinds() => new OnnxModelWriter()
        .Input("x", OnnxElement.Float, 4)
        .Output("big", OnnxElement.Bool, 4)
        .Output("index", OnnxElement.Int64, 1)
        .Output("copy", OnnxElement.Float, 4)
        .Constant("zero", [0f])
        .Node("Greater", ["x", "zero"], ["big"])
        .Node("ArgMax", ["x"], ["index"], ("axis", 0L), ("keepdims", 1L))
        .Node("Identity", ["x"], ["copy"])
        .ToArray();

    /// <summary>A chain of matrix products that takes seconds, with many points at which a run can stop.</summary>
    public static byte[] Slow(int products, int size)
    {
        var writer = new OnnxModelWriter().Input("x", OnnxElement.Float, size, size).Output("y", OnnxElement.Float, size, size);
        for (var i = 0; i < products; i++)
            writer.Node("MatMul", [i == 0 ? "x" : $"v{i}", "x"], [i == products - 1 ? "y" : $"v{i + 1}"]);
        return writer.ToArray();
    }
}
