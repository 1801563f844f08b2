using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>A named tensor in managed memory.</summary>
public class NamedOnnxValue
{
    private readonly Func<OrtValue> _toOrtValue;

    private protected NamedOnnxValue(string name, object value, TensorElementType element, Func<OrtValue> toOrtValue)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        Value = value;
        Element = element;
        _toOrtValue = toOrtValue;
    }

    /// <summary>Name of the model's input or output.</summary>
    public string Name { get; set; }

    /// <summary>The tensor, a <see cref="Tensor{T}"/>.</summary>
    public object Value { get; }

    /// <summary>Kind of the value.</summary>
    public OnnxValueType ValueType => OnnxValueType.ONNX_TYPE_TENSOR;

    internal TensorElementType Element { get; }

    /// <summary>Names a tensor.</summary>
    /// <typeparam name="T">Element type.</typeparam>
    /// <param name="name">Name of the model's input.</param>
    /// <param name="value">The tensor; used without a copy when it is dense.</param>
    /// <exception cref="OnnxRuntimeException">No tensor holds this type.</exception>
    public static NamedOnnxValue CreateFromTensor<T>(string name, Tensor<T> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new NamedOnnxValue(name, value, ElementTypes.ElementOf(typeof(T)), () =>
        {
            var dense = value as DenseTensor<T> ?? value.ToDenseTensor();
            var shape = new long[dense.Rank];
            for (var axis = 0; axis < shape.Length; axis++)
                shape[axis] = dense.Dimensions[axis];
            return OrtValue.FromMemory(dense.Buffer, shape);
        });
    }

    /// <summary>Returns the tensor, or null when its element type is another.</summary>
    /// <typeparam name="T">Element type.</typeparam>
    public Tensor<T>? AsTensor<T>() => Value as Tensor<T>;

    internal OrtValue ToOrtValue() => _toOrtValue();
}
