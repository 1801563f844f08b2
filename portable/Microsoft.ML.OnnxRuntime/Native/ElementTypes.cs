using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>Which .NET type holds which tensor element.</summary>
internal static class ElementTypes
{
    private static readonly Dictionary<TensorElementType, Type> Types = new()
    {
        [TensorElementType.Float] = typeof(float),
        [TensorElementType.UInt8] = typeof(byte),
        [TensorElementType.Int8] = typeof(sbyte),
        [TensorElementType.UInt16] = typeof(ushort),
        [TensorElementType.Int16] = typeof(short),
        [TensorElementType.Int32] = typeof(int),
        [TensorElementType.Int64] = typeof(long),
        [TensorElementType.Bool] = typeof(bool),
        [TensorElementType.Double] = typeof(double),
        [TensorElementType.UInt32] = typeof(uint),
        [TensorElementType.UInt64] = typeof(ulong),
    };

    private static readonly Dictionary<Type, TensorElementType> Elements = Types.ToDictionary(t => t.Value, t => t.Key);

    /// <summary>The .NET type of an element, or null for kinds without one (strings, half floats, complex numbers).</summary>
    public static Type? TypeOf(TensorElementType element) => Types.GetValueOrDefault(element);

    /// <summary>The element that a .NET type holds.</summary>
    /// <exception cref="OnnxRuntimeException">No tensor holds this type.</exception>
    public static TensorElementType ElementOf(Type type)
        => Elements.TryGetValue(type, out var element)
            ? element
            : throw new OnnxRuntimeException(ErrorCode.InvalidArgument, $"A tensor of {type} is not supported.");
}
