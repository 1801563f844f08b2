using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>A named output tensor over native memory, which it owns.</summary>
public class DisposableNamedOnnxValue : NamedOnnxValue, IDisposable
{
    private readonly OrtValue _owner;

    private DisposableNamedOnnxValue(string name, object tensor, TensorElementType element, OrtValue owner)
        : base(name, tensor, element, () => throw new NotSupportedException("Outputs are not passed on as inputs: use OrtValue for that."))
    {
        _owner = owner;
        ElementType = element;
    }

    /// <summary>Element type of the tensor.</summary>
    public TensorElementType ElementType { get; }

    /// <summary>Frees the native memory; the tensor becomes unusable.</summary>
    public void Dispose()
    {
        _owner.Dispose();
        GC.SuppressFinalize(this);
    }

    internal static DisposableNamedOnnxValue Create(string name, OrtValue value)
    {
        if (!value.IsTensor)
            throw new OnnxRuntimeException(ErrorCode.NotImplemented, $"Output '{name}' is {value.OnnxType}; only tensors are supported.");
        var info = value.GetTensorTypeAndShape();
        var shape = Array.ConvertAll(info.Shape, size => checked((int)size));
        object tensor = info.ElementDataType switch
        {
            TensorElementType.Float => Wrap<float>(),
            TensorElementType.Double => Wrap<double>(),
            TensorElementType.UInt8 => Wrap<byte>(),
            TensorElementType.Int8 => Wrap<sbyte>(),
            TensorElementType.UInt16 => Wrap<ushort>(),
            TensorElementType.Int16 => Wrap<short>(),
            TensorElementType.UInt32 => Wrap<uint>(),
            TensorElementType.Int32 => Wrap<int>(),
            TensorElementType.UInt64 => Wrap<ulong>(),
            TensorElementType.Int64 => Wrap<long>(),
            TensorElementType.Bool => Wrap<bool>(),
            var element => throw new OnnxRuntimeException(ErrorCode.NotImplemented, $"Output '{name}' holds {element}, which is not supported."),
        };
        return new DisposableNamedOnnxValue(name, tensor, info.ElementDataType, value);

        DenseTensor<T> Wrap<T>()
            where T : unmanaged
            => new(new NativeTensorMemory<T>(value).Memory, shape);
    }
}
