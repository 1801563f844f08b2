using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace VideoGrain.Testing;

/// <summary>Element types as ONNX numbers them.</summary>
internal enum OnnxElement
{
    Float = 1,
    UInt8 = 2,
    Int32 = 6,
    Int64 = 7,
    Bool = 9,
}

/// <summary>
/// Writes small ONNX models, so that tests run graphs whose answers are known. It knows as much of onnx.proto as that needs:
/// a model is a handful of length-delimited protobuf messages.
/// </summary>
internal sealed class OnnxModelWriter(string graphName = "test", int opset = 17)
{
    private readonly MemoryStream _graph = new();
    private readonly List<(string Key, string Value)> _metadata = [];
    private bool _named;

    public OnnxModelWriter Metadata(string key, string value)
    {
        _metadata.Add((key, value));
        return this;
    }

    /// <summary>Dimensions are numbers, or names for those left open.</summary>
    public OnnxModelWriter Input(string name, OnnxElement element, params object[] shape)
        => Field(11, ValueInfo(name, element, shape));

    public OnnxModelWriter Output(string name, OnnxElement element, params object[] shape)
        => Field(12, ValueInfo(name, element, shape));

    public OnnxModelWriter Constant(string name, float[] values, params long[] shape)
        => Field(5, TensorProto(name, OnnxElement.Float, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));

    public OnnxModelWriter Constant(string name, long[] values, params long[] shape)
        => Field(5, TensorProto(name, OnnxElement.Int64, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));

    /// <summary>Attributes are long, float, string, long[], or another writer's graph.</summary>
    public OnnxModelWriter Node(string op, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes)
    {
        using var node = new MemoryStream();
        foreach (var input in inputs)
            Text(node, 1, input);
        foreach (var output in outputs)
            Text(node, 2, output);
        Text(node, 4, op);
        foreach (var (name, value) in attributes)
            Bytes(node, 5, Attribute(name, value));
        return Field(1, node.ToArray());
    }

    public byte[] ToArray()
    {
        using var model = new MemoryStream();
        Varint(model, 1, 8);
        Text(model, 2, "videograin-tests");
        Varint(model, 5, 3);
        Bytes(model, 7, GraphBytes());
        using var set = new MemoryStream();
        Text(set, 1, "");
        Varint(set, 2, opset);
        Bytes(model, 8, set.ToArray());
        foreach (var (key, value) in _metadata)
        {
            using var entry = new MemoryStream();
            Text(entry, 1, key);
            Text(entry, 2, value);
            Bytes(model, 14, entry.ToArray());
        }

        return model.ToArray();
    }

    private byte[] GraphBytes()
    {
        if (!_named)
        {
            Text(_graph, 2, graphName);
            _named = true;
        }

        return _graph.ToArray();
    }

    private OnnxModelWriter Field(int number, byte[] message)
    {
        Bytes(_graph, number, message);
        return this;
    }

    private static byte[] ValueInfo(string name, OnnxElement element, object[] shape)
    {
        using var dimensions = new MemoryStream();
        foreach (var size in shape)
        {
            using var dimension = new MemoryStream();
            if (size is string open)
                Text(dimension, 2, open);
            else
                Varint(dimension, 1, Convert.ToInt64(size, null));
            Bytes(dimensions, 1, dimension.ToArray());
        }

        using var tensor = new MemoryStream();
        Varint(tensor, 1, (long)element);
        Bytes(tensor, 2, dimensions.ToArray());
        using var type = new MemoryStream();
        Bytes(type, 1, tensor.ToArray());
        using var info = new MemoryStream();
        Text(info, 1, name);
        Bytes(info, 2, type.ToArray());
        return info.ToArray();
    }

    private static byte[] TensorProto(string name, OnnxElement element, long[] shape, byte[] raw)
    {
        using var tensor = new MemoryStream();
        foreach (var size in shape)
            Varint(tensor, 1, size);
        Varint(tensor, 2, (long)element);
        Text(tensor, 8, name);
        Bytes(tensor, 9, raw);
        return tensor.ToArray();
    }

    private static byte[] Attribute(string name, object value)
    {
        const int FloatType = 1, IntType = 2, StringType = 3, GraphType = 5, IntsType = 7;
        using var attribute = new MemoryStream();
        Text(attribute, 1, name);
        switch (value)
        {
            case float number:
                Tag(attribute, 2, 5);
                Span<byte> bits = stackalloc byte[sizeof(float)];
                BinaryPrimitives.WriteSingleLittleEndian(bits, number);
                attribute.Write(bits);
                Varint(attribute, 20, FloatType);
                break;
            case long number:
                Varint(attribute, 3, number);
                Varint(attribute, 20, IntType);
                break;
            case string text:
                Text(attribute, 4, text);
                Varint(attribute, 20, StringType);
                break;
            case long[] numbers:
                foreach (var number in numbers)
                    Varint(attribute, 8, number);
                Varint(attribute, 20, IntsType);
                break;
            case OnnxModelWriter body:
                Bytes(attribute, 6, body.GraphBytes());
                Varint(attribute, 20, GraphType);
                break;
            default:
                throw new ArgumentException($"Attribute {name} of {value.GetType()}.", nameof(value));
        }

        return attribute.ToArray();
    }

    private static void Text(MemoryStream output, int field, string text) => Bytes(output, field, Encoding.UTF8.GetBytes(text));

    private static void Bytes(MemoryStream output, int field, byte[] bytes)
    {
        Tag(output, field, 2);
        Raw(output, (ulong)bytes.Length);
        output.Write(bytes);
    }

    private static void Varint(MemoryStream output, int field, long value)
    {
        Tag(output, field, 0);
        Raw(output, (ulong)value);
    }

    private static void Tag(MemoryStream output, int field, int wireType) => Raw(output, ((ulong)field << 3) | (uint)wireType);

    private static void Raw(MemoryStream output, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            output.WriteByte((byte)(value | 0x80));
        output.WriteByte((byte)value);
    }
}
