using System.Buffers;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>A value of the library. Tensors made from managed memory pin it until disposed of; outputs own native memory.</summary>
public sealed unsafe class OrtValue : IDisposable
{
    private nint _handle;
    private MemoryHandle _pinned;

    internal OrtValue(nint handle) => _handle = handle;

    /// <summary>Frees a value that was not disposed of.</summary>
    ~OrtValue() => Free();

    /// <summary>Kind of the value.</summary>
    public OnnxValueType OnnxType
    {
        get
        {
            int type;
            OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, int*, nint>)OrtApi.Address(OrtFunction.GetValueType))(Handle, &type));
            return (OnnxValueType)type;
        }
    }

    /// <summary>Whether the value is a dense tensor.</summary>
    public bool IsTensor => OnnxType == OnnxValueType.ONNX_TYPE_TENSOR;

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle == 0, this);
            return _handle;
        }
    }

    /// <summary>Makes a tensor over managed memory, without a copy.</summary>
    /// <typeparam name="T">Element type.</typeparam>
    /// <param name="data">The elements; pinned until the value is disposed of.</param>
    /// <param name="shape">Size of each axis; their product is the length of <paramref name="data"/>.</param>
    /// <exception cref="OnnxRuntimeException">The memory does not fit the shape, or no tensor holds this type.</exception>
    public static OrtValue CreateTensorValueFromMemory<T>(T[] data, long[] shape)
        where T : unmanaged
        => FromMemory(data.AsMemory(), shape);

    /// <summary>Returns a tensor's element type and shape.</summary>
    public OrtTensorTypeAndShapeInfo GetTensorTypeAndShape()
    {
        nint info;
        OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nint*, nint>)OrtApi.Address(OrtFunction.GetTensorTypeAndShape))(Handle, &info));
        try
        {
            return new OrtTensorTypeAndShapeInfo(info);
        }
        finally
        {
            OrtApi.Release(OrtFunction.ReleaseTensorTypeAndShapeInfo, info);
        }
    }

    /// <summary>Returns a tensor's elements, valid until the value is disposed of.</summary>
    /// <typeparam name="T">Element type; the tensor's own.</typeparam>
    /// <exception cref="OnnxRuntimeException">The tensor has another element type.</exception>
    public ReadOnlySpan<T> GetTensorDataAsSpan<T>()
        where T : unmanaged
        => GetTensorMutableDataAsSpan<T>();

    /// <summary>Returns a tensor's elements for writing, valid until the value is disposed of.</summary>
    /// <typeparam name="T">Element type; the tensor's own.</typeparam>
    /// <exception cref="OnnxRuntimeException">The tensor has another element type.</exception>
    public Span<T> GetTensorMutableDataAsSpan<T>()
        where T : unmanaged
    {
        var info = GetTensorTypeAndShape();
        if (info.ElementDataType != ElementTypes.ElementOf(typeof(T)))
            throw new OnnxRuntimeException(ErrorCode.InvalidArgument, $"The tensor holds {info.ElementDataType}, not {typeof(T)}.");
        void* data;
        OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, void**, nint>)OrtApi.Address(OrtFunction.GetTensorMutableData))(Handle, &data));
        return new Span<T>(data, checked((int)info.ElementCount));
    }

    /// <summary>Frees the value; spans of its elements become invalid.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    internal static OrtValue FromMemory<T>(Memory<T> memory, ReadOnlySpan<long> shape)
    {
        var element = ElementTypes.ElementOf(typeof(T));
        long length = 1;
        foreach (var size in shape)
            length = checked(length * size);
        if (length != memory.Length)
            throw new OnnxRuntimeException(ErrorCode.InvalidArgument, $"The shape has {length} elements, the memory {memory.Length}.");

        var pinned = memory.Pin();
        nint value;
        try
        {
            fixed (long* sizes = shape)
            {
                OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, void*, nuint, long*, nuint, int, nint*, nint>)OrtApi.Address(
                    OrtFunction.CreateTensorWithDataAsOrtValue))(
                    OrtApi.CpuMemory,
                    pinned.Pointer,
                    (nuint)memory.Length * (nuint)System.Runtime.CompilerServices.Unsafe.SizeOf<T>(),
                    sizes,
                    (nuint)shape.Length,
                    (int)element,
                    &value));
            }
        }
        catch
        {
            pinned.Dispose();
            throw;
        }

        return new OrtValue(value) { _pinned = pinned };
    }

    private void Free()
    {
        var value = Interlocked.Exchange(ref _handle, 0);
        if (value != 0)
            OrtApi.Release(OrtFunction.ReleaseValue, value);
        _pinned.Dispose();
    }
}
