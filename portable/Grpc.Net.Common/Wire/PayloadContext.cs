using System.Buffers;
using Grpc.Core;

namespace Grpc.Net.Wire;

/// <summary>Hands a received payload to a deserializer.</summary>
internal sealed class PayloadContext : DeserializationContext
{
    private ReadOnlySequence<byte> _payload;

    public override int PayloadLength => (int)_payload.Length;

    public override byte[] PayloadAsNewBuffer() => _payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;

    public T Read<T>(ReadOnlySequence<byte> payload, Func<DeserializationContext, T> deserializer)
    {
        _payload = payload;
        try
        {
            return deserializer(this);
        }
        finally
        {
            _payload = default;
        }
    }
}
