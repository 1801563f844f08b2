using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>Type and shape of a model's input or output.</summary>
public unsafe class NodeMetadata
{
    internal NodeMetadata(nint typeInfo)
    {
        int type;
        OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, int*, nint>)OrtApi.Address(OrtFunction.GetOnnxTypeFromTypeInfo))(typeInfo, &type));
        OnnxValueType = (OnnxValueType)type;
        if (!IsTensor)
            return;

        nint tensorInfo;
        OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nint*, nint>)OrtApi.Address(OrtFunction.CastTypeInfoToTensorInfo))(typeInfo, &tensorInfo));
        var info = new OrtTensorTypeAndShapeInfo(tensorInfo);
        ElementDataType = info.ElementDataType;
        SymbolicDimensions = info.SymbolicDimensions;
        Dimensions = Array.ConvertAll(info.Shape, size => checked((int)size));
    }

    /// <summary>Kind of the value.</summary>
    public OnnxValueType OnnxValueType { get; }

    /// <summary>Whether it is a dense tensor.</summary>
    public bool IsTensor => OnnxValueType == OnnxValueType.ONNX_TYPE_TENSOR;

    /// <summary>Element type of a tensor.</summary>
    public TensorElementType ElementDataType { get; } = TensorElementType.DataTypeMax;

    /// <summary>The .NET type of a tensor's elements, or null when there is none.</summary>
    public Type? ElementType => ElementTypes.TypeOf(ElementDataType);

    /// <summary>Size of each axis; -1 where the model leaves it open.</summary>
    public int[] Dimensions { get; } = [];

    /// <summary>Names of the axes left open, empty for the others.</summary>
    public string[] SymbolicDimensions { get; } = [];
}
