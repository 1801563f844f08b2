using System.Runtime.CompilerServices;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>Memory that a tile of the micro-kernel asks for while it computes: one address in every step of its inner dimension.</summary>
/// <param name="start">First address.</param>
/// <param name="step">Bytes to the next one.</param>
internal readonly unsafe struct Ahead(byte* start, nint step)
{
    /// <summary>First address.</summary>
    public byte* Start => start;

    /// <summary>Bytes from one address to the next.</summary>
    public nint Step => step;

    /// <summary>Nothing new: the kernel asks for what it reads anyway, which costs less than a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ahead Nothing(void* read) => new((byte*)read, 0);

    /// <summary>A block that tiles, one after the other, ask for together.</summary>
    /// <param name="block">The block, or null for nothing.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="rows">Rows of all tiles.</param>
    /// <param name="tileRows">Rows of a tile.</param>
    /// <param name="depth">Steps of a tile.</param>
    /// <param name="read">What the tiles read anyway.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ahead Spread(byte* block, int bytes, int rows, int tileRows, int depth, void* read)
    {
        if (block is null) return Nothing(read);
        var steps = (rows + tileRows - 1) / tileRows * depth;
        return new(block, (bytes + steps - 1) / steps);
    }

    /// <summary>What the next tile asks for, after one with <paramref name="depth"/> steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Ahead After(int depth) => new(Start + (depth * Step), Step);
}
