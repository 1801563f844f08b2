using System.Runtime.InteropServices;
using VideoGrain.Protos.V1;

namespace VideoGrain.StageSupport;

/// <summary>Puts together what a stage sent, without believing in order.</summary>
internal sealed class TensorCollector
{
    private readonly Dictionary<string, byte[]> _tensors = [];

    public IEnumerable<string> Names => _tensors.Keys;

    public void Add(string key, TensorChunk chunk)
    {
        if (!_tensors.TryGetValue(key, out var data))
        {
            var size = chunk.ElementType == ElementType.Uint8 ? 1 : 4;
            _tensors.Add(key, data = new byte[chunk.Shape.Aggregate((long)size, (product, extent) => product * extent)]);
        }

        chunk.Data.Span.CopyTo(data.AsSpan((int)chunk.Offset));
    }

    public byte[] Bytes(string key) => _tensors[key];

    public float[] Floats(string key) => MemoryMarshal.Cast<byte, float>(_tensors[key]).ToArray();
}
