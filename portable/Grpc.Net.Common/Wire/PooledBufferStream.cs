using System.Buffers;

namespace Grpc.Net.Wire;

/// <summary>A write-only stream into a <see cref="PooledBuffer"/>, for compressors.</summary>
internal sealed class PooledBufferStream(PooledBuffer buffer) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] source, int offset, int count) => buffer.Write(source.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> source) => buffer.Write(source);

    public override void Flush()
    {
    }

    public override int Read(byte[] target, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
