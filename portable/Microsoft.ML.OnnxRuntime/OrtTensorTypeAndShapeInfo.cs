using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>Element type and shape of a tensor.</summary>
public readonly unsafe struct OrtTensorTypeAndShapeInfo
{
    internal OrtTensorTypeAndShapeInfo(nint info)
    {
        int element;
        nuint rank;
        OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, int*, nint>)OrtApi.Address(OrtFunction.GetTensorElementType))(info, &element));
        OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nuint*, nint>)OrtApi.Address(OrtFunction.GetDimensionsCount))(info, &rank));
        ElementDataType = (TensorElementType)element;
        Shape = new long[(int)rank];
        SymbolicDimensions = new string[(int)rank];
        var names = new nint[(int)rank];
        fixed (long* shape = Shape)
        fixed (nint* name = names)
        {
            OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, long*, nuint, nint>)OrtApi.Address(OrtFunction.GetDimensions))(info, shape, rank));
            OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nint*, nuint, nint>)OrtApi.Address(OrtFunction.GetSymbolicDimensions))(info, name, rank));
        }

        for (var axis = 0; axis < names.Length; axis++)
            SymbolicDimensions[axis] = OrtApi.Utf8(names[axis]);
    }

    /// <summary>Element type.</summary>
    public TensorElementType ElementDataType { get; }

    /// <summary>Size of each axis; -1 where a model leaves it open.</summary>
    public long[] Shape { get; }

    /// <summary>Names of the axes that a model leaves open, empty for the others.</summary>
    public string[] SymbolicDimensions { get; }

    /// <summary>Number of axes.</summary>
    public int DimensionsCount => Shape.Length;

    /// <summary>Number of elements.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, size) => product * size);
}
