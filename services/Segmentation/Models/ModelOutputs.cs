using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace VideoGrain.Segmentation.Models;

/// <summary>What one run of a network computed; lives as long as the run's results.</summary>
/// <param name="model">Name of the model, for errors.</param>
/// <param name="decoder">Name of its decoder, for errors.</param>
/// <param name="names">Tensor names by role.</param>
/// <param name="values">Values by role.</param>
internal sealed class ModelOutputs(
    string model, string decoder, IReadOnlyDictionary<string, string> names, IReadOnlyDictionary<string, OrtValue> values)
{
    /// <summary>The shape of an output, whatever it is.</summary>
    public long[] Shape(string role) => values[role].GetTensorTypeAndShape().Shape;

    /// <summary>The shape of an output, if it fits.</summary>
    /// <param name="role">Role of the output.</param>
    /// <param name="wanted">Sizes it must have; -1 takes any size above 0.</param>
    /// <exception cref="ModelProfileException">The shape does not fit; the tensor is named.</exception>
    public long[] Require(string role, params long[] wanted)
    {
        var shape = Shape(role);
        if (shape.Length == wanted.Length && shape.Zip(wanted).All(s => s.Second == -1 ? s.First > 0 : s.First == s.Second))
            return shape;
        var reads = string.Join(", ", wanted.Select(w => w == -1 ? "any" : w.ToString(CultureInfo.InvariantCulture)));
        throw new ModelProfileException($"model '{model}': output '{names[role]}' ({role}) has shape [{string.Join(", ", shape)}], {decoder} reads [{reads}].");
    }

    /// <summary>The elements of a float output.</summary>
    /// <exception cref="ModelProfileException">It holds something else; the tensor is named.</exception>
    public ReadOnlySpan<float> Floats(string role) => Elements<float>(role, TensorElementType.Float);

    /// <summary>The elements of an int64 output.</summary>
    /// <exception cref="ModelProfileException">It holds something else; the tensor is named.</exception>
    public ReadOnlySpan<long> Longs(string role) => Elements<long>(role, TensorElementType.Int64);

    private ReadOnlySpan<T> Elements<T>(string role, TensorElementType wanted)
        where T : unmanaged
    {
        var held = values[role].GetTensorTypeAndShape().ElementDataType;
        return held == wanted
            ? values[role].GetTensorDataAsSpan<T>()
            : throw new ModelProfileException($"model '{model}': output '{names[role]}' ({role}) holds {held}, {decoder} reads {wanted}.");
    }
}
