using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Net.Wire;

/// <summary>Serializes one message at a time into a frame: flag, length, payload.</summary>
internal sealed class MessageWriter(int? maxMessageSize) : SerializationContext, IDisposable
{
    private readonly PooledBuffer _frame = new();
    private bool _complete;

    /// <summary>Makes a frame of a message. It is valid until the next call.</summary>
    /// <param name="message">The message.</param>
    /// <param name="serializer">Writes the message.</param>
    /// <param name="compression">Compresses the payload; null to leave it.</param>
    /// <param name="level">Effort of the compression; null for its default.</param>
    /// <exception cref="RpcException">The message is beyond the limit.</exception>
    public ReadOnlyMemory<byte> Write<T>(
        T message, Action<T, SerializationContext> serializer, ICompressionProvider? compression, CompressionLevel? level)
    {
        _frame.Clear();
        _frame.GetSpan(WireNames.FrameHeaderLength)[..WireNames.FrameHeaderLength].Clear();
        _frame.Advance(WireNames.FrameHeaderLength);
        _complete = false;
        serializer(message, this);
        if (!_complete)
            throw new InvalidOperationException("The serializer did not complete the message.");
        CheckSize(_frame.Length - WireNames.FrameHeaderLength);
        if (compression is not null)
            Compress(compression, level);
        BinaryPrimitives.WriteUInt32BigEndian(_frame.WrittenSpan[1..], (uint)(_frame.Length - WireNames.FrameHeaderLength));
        return _frame.Written;
    }

    public override void SetPayloadLength(int payloadLength)
    {
        CheckSize(payloadLength);
        _frame.Reserve(checked(WireNames.FrameHeaderLength + payloadLength));
    }

    public override IBufferWriter<byte> GetBufferWriter() => _frame;

    public override void Complete() => _complete = true;

    public override void Complete(byte[] payload)
    {
        SetPayloadLength(payload.Length);
        _frame.Write(payload);
        _complete = true;
    }

    public void Dispose() => _frame.Dispose();

    private void CheckSize(int length)
    {
        if (length > (maxMessageSize ?? int.MaxValue))
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted, $"A message of {length} bytes is larger than the send limit of {maxMessageSize} bytes."));
        }
    }

    private void Compress(ICompressionProvider compression, CompressionLevel? level)
    {
        using var plain = new PooledBuffer();
        plain.Write(_frame.WrittenSpan[WireNames.FrameHeaderLength..]);
        _frame.Clear();
        _frame.Advance(WireNames.FrameHeaderLength);
        _frame.WrittenSpan[0] = 1;
        using var stream = compression.CreateCompressionStream(new PooledBufferStream(_frame), level);
        stream.Write(plain.WrittenSpan);
    }
}
