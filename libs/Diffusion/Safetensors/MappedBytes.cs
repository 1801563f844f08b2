using System.Buffers;

namespace VideoGrain.Diffusion.Safetensors;

/// <summary>A run of bytes of a mapped file as <see cref="Memory{T}"/>. Using it after the file is closed throws instead of faulting.</summary>
internal sealed unsafe class MappedBytes(SafetensorsFile owner, byte* start, int length) : MemoryManager<byte>
{
    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        owner.ThrowIfClosed();
        return new Span<byte>(start, length);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, length);
        owner.ThrowIfClosed();
        return new MemoryHandle(start + elementIndex);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
