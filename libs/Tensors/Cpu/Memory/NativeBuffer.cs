using System.Runtime.InteropServices;

namespace VideoGrain.Tensors.Cpu.Memory;

/// <summary>
/// A block of native memory, aligned to a cache line and a vector register. Contents start undefined. There is no finaliser on purpose:
/// kernels hold bare pointers, and a collector that frees what only a pointer still uses would pull it away under them.
/// </summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    /// <summary>Bytes of a cache line, and of the widest vector.</summary>
    public const int Alignment = 64;

    private float* _pointer;

    /// <summary>Allocates at least one cache line.</summary>
    /// <exception cref="OutOfMemoryException">The system has no such block.</exception>
    public NativeBuffer(long bytes)
    {
        Bytes = RoundUp(Math.Max(bytes, Alignment));
        var large = LargePages.Worth(Bytes);
        _pointer = (float*)NativeMemory.AlignedAlloc(checked((nuint)Bytes), large ? LargePages.Size : (nuint)Alignment);
        if (large) LargePages.Advise(_pointer, Bytes);
    }

    /// <summary>Size of the block.</summary>
    public long Bytes { get; }

    /// <summary>Start of the block.</summary>
    /// <exception cref="ObjectDisposedException">The block is gone.</exception>
    public float* Pointer => _pointer is null ? throw new ObjectDisposedException(nameof(NativeBuffer)) : _pointer;

    /// <summary>Rounds a byte count up to whole cache lines.</summary>
    public static long RoundUp(long bytes) => checked(bytes + Alignment - 1) & -Alignment;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_pointer is null) return;
        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
    }
}
