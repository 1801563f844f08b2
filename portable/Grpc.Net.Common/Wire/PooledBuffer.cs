using System.Buffers;

namespace Grpc.Net.Wire;

/// <summary>A buffer writer over one pooled array that grows by doubling.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private const int InitialCapacity = 256;
    private byte[] _array = [];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _array.AsMemory(0, Length);

    public Span<byte> WrittenSpan => _array.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Reserve(int capacity)
    {
        if (capacity <= _array.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(capacity);
        WrittenSpan.CopyTo(larger);
        Release();
        _array = larger;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _array.Length - Length);
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _array.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _array.AsSpan(Length);
    }

    public void Dispose()
    {
        Release();
        _array = [];
        Length = 0;
    }

    private void Grow(int sizeHint)
    {
        var needed = checked(Length + Math.Max(sizeHint, 1));
        if (needed > _array.Length)
            Reserve((int)Math.Min(Array.MaxLength, Math.Max(needed, Math.Max(InitialCapacity, 2L * _array.Length))));
    }

    private void Release()
    {
        if (_array.Length > 0)
            ArrayPool<byte>.Shared.Return(_array);
    }
}
