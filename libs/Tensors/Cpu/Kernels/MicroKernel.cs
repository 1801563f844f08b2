using System.Runtime.CompilerServices;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>
/// The matrix micro-kernel: c = a b (or c += a b) for a tile of c that lives in registers.
/// a is some rows with a common stride, read one element at a time and broadcast; b is one packed panel, per step of the
/// inner dimension one or two vectors. Every element of c is summed over the inner dimension in order, from zero, and then
/// added to what is there: tiles of all shapes give the same bits.
/// Every step of the inner dimension asks for one address of what the caller needs next: requests in one burst would fill the few buffers for
/// outstanding misses, and the tile's own loads would wait behind them.
/// The rows are spelled out because only local variables stay in registers.
/// </summary>
internal static unsafe class MicroKernel<TIsa, V>
    where TIsa : struct, IVectorIsa<V>
    where V : unmanaged
{
    /// <summary>Rows of the smaller tile.</summary>
    public const int SmallTileRows = 6;

    /// <summary>
    /// Computes one tile: 6 rows where <paramref name="rows"/> is at most 6, else <see cref="IVectorIsa{V}.TileRows"/>. The buffers must have
    /// that many rows; a may hold anything in the surplus ones.
    /// </summary>
    /// <param name="rows">Rows that count.</param>
    /// <param name="vectors">Width of the panel in vectors: 1 or 2.</param>
    /// <param name="a">First element of the rows.</param>
    /// <param name="strideA">Elements from one row of a to the next.</param>
    /// <param name="b">Panel: <paramref name="depth"/> steps of 1 or 2 vectors.</param>
    /// <param name="depth">Size of the inner dimension.</param>
    /// <param name="c">First element of the result tile.</param>
    /// <param name="strideC">Elements from one row of c to the next.</param>
    /// <param name="accumulate">Add to c instead of replacing it.</param>
    /// <param name="ahead">Memory to ask for meanwhile.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Tile(int rows, int vectors, float* a, nint strideA, float* b, int depth, float* c, nint strideC, bool accumulate, Ahead ahead)
    {
        if (TIsa.TileRows > SmallTileRows && rows > SmallTileRows)
        {
            if (vectors == 2) Rows12x2(a, strideA, b, depth, c, strideC, accumulate, ahead.Start, ahead.Step);
            else Rows12x1(a, strideA, b, depth, c, strideC, accumulate, ahead.Start, ahead.Step);
        }
        else if (vectors == 2)
        {
            Rows6x2(a, strideA, b, depth, c, strideC, accumulate, ahead.Start, ahead.Step);
        }
        else
        {
            Rows6x1(a, strideA, b, depth, c, strideC, accumulate, ahead.Start, ahead.Step);
        }
    }

    /// <summary>12 rows, 2 vectors of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows12x2(float* a, nint strideA, float* b, int depth, float* c, nint strideC, bool accumulate, byte* ahead, nint aheadStep)
    {
        var zero = TIsa.Broadcast(0);
        V c0a = zero, c0b = zero, c1a = zero, c1b = zero, c2a = zero, c2b = zero;
        V c3a = zero, c3b = zero, c4a = zero, c4b = zero, c5a = zero, c5b = zero;
        V c6a = zero, c6b = zero, c7a = zero, c7b = zero, c8a = zero, c8b = zero;
        V c9a = zero, c9b = zero, c10a = zero, c10b = zero, c11a = zero, c11b = zero;
        float* a0 = a, a3 = a0 + (3 * strideA), a6 = a3 + (3 * strideA), a9 = a6 + (3 * strideA);
        for (var k = 0; k < depth; k++)
        {
            V left = TIsa.Load(b), right = TIsa.Load(b + TIsa.Width);
            var row = TIsa.Broadcast(*a0);
            c0a = TIsa.MultiplyAdd(row, left, c0a);
            c0b = TIsa.MultiplyAdd(row, right, c0b);
            row = TIsa.Broadcast(a0[strideA]);
            c1a = TIsa.MultiplyAdd(row, left, c1a);
            c1b = TIsa.MultiplyAdd(row, right, c1b);
            row = TIsa.Broadcast(a0[2 * strideA]);
            c2a = TIsa.MultiplyAdd(row, left, c2a);
            c2b = TIsa.MultiplyAdd(row, right, c2b);
            row = TIsa.Broadcast(*a3);
            c3a = TIsa.MultiplyAdd(row, left, c3a);
            c3b = TIsa.MultiplyAdd(row, right, c3b);
            row = TIsa.Broadcast(a3[strideA]);
            c4a = TIsa.MultiplyAdd(row, left, c4a);
            c4b = TIsa.MultiplyAdd(row, right, c4b);
            row = TIsa.Broadcast(a3[2 * strideA]);
            c5a = TIsa.MultiplyAdd(row, left, c5a);
            c5b = TIsa.MultiplyAdd(row, right, c5b);
            row = TIsa.Broadcast(*a6);
            c6a = TIsa.MultiplyAdd(row, left, c6a);
            c6b = TIsa.MultiplyAdd(row, right, c6b);
            row = TIsa.Broadcast(a6[strideA]);
            c7a = TIsa.MultiplyAdd(row, left, c7a);
            c7b = TIsa.MultiplyAdd(row, right, c7b);
            row = TIsa.Broadcast(a6[2 * strideA]);
            c8a = TIsa.MultiplyAdd(row, left, c8a);
            c8b = TIsa.MultiplyAdd(row, right, c8b);
            row = TIsa.Broadcast(*a9);
            c9a = TIsa.MultiplyAdd(row, left, c9a);
            c9b = TIsa.MultiplyAdd(row, right, c9b);
            row = TIsa.Broadcast(a9[strideA]);
            c10a = TIsa.MultiplyAdd(row, left, c10a);
            c10b = TIsa.MultiplyAdd(row, right, c10b);
            row = TIsa.Broadcast(a9[2 * strideA]);
            c11a = TIsa.MultiplyAdd(row, left, c11a);
            c11b = TIsa.MultiplyAdd(row, right, c11b);
            a0++;
            a3++;
            a6++;
            a9++;
            b += 2 * TIsa.Width;
            TIsa.Prefetch(ahead);
            ahead += aheadStep;
        }

        Emit(c, c0a, c0b, accumulate);
        Emit(c + (1 * strideC), c1a, c1b, accumulate);
        Emit(c + (2 * strideC), c2a, c2b, accumulate);
        Emit(c + (3 * strideC), c3a, c3b, accumulate);
        Emit(c + (4 * strideC), c4a, c4b, accumulate);
        Emit(c + (5 * strideC), c5a, c5b, accumulate);
        Emit(c + (6 * strideC), c6a, c6b, accumulate);
        Emit(c + (7 * strideC), c7a, c7b, accumulate);
        Emit(c + (8 * strideC), c8a, c8b, accumulate);
        Emit(c + (9 * strideC), c9a, c9b, accumulate);
        Emit(c + (10 * strideC), c10a, c10b, accumulate);
        Emit(c + (11 * strideC), c11a, c11b, accumulate);
    }

    /// <summary>12 rows, 1 vector of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows12x1(float* a, nint strideA, float* b, int depth, float* c, nint strideC, bool accumulate, byte* ahead, nint aheadStep)
    {
        var zero = TIsa.Broadcast(0);
        V c0 = zero, c1 = zero, c2 = zero, c3 = zero, c4 = zero, c5 = zero;
        V c6 = zero, c7 = zero, c8 = zero, c9 = zero, c10 = zero, c11 = zero;
        float* a0 = a, a3 = a0 + (3 * strideA), a6 = a3 + (3 * strideA), a9 = a6 + (3 * strideA);
        for (var k = 0; k < depth; k++)
        {
            var left = TIsa.Load(b);
            c0 = TIsa.MultiplyAdd(TIsa.Broadcast(*a0), left, c0);
            c1 = TIsa.MultiplyAdd(TIsa.Broadcast(a0[strideA]), left, c1);
            c2 = TIsa.MultiplyAdd(TIsa.Broadcast(a0[2 * strideA]), left, c2);
            c3 = TIsa.MultiplyAdd(TIsa.Broadcast(*a3), left, c3);
            c4 = TIsa.MultiplyAdd(TIsa.Broadcast(a3[strideA]), left, c4);
            c5 = TIsa.MultiplyAdd(TIsa.Broadcast(a3[2 * strideA]), left, c5);
            c6 = TIsa.MultiplyAdd(TIsa.Broadcast(*a6), left, c6);
            c7 = TIsa.MultiplyAdd(TIsa.Broadcast(a6[strideA]), left, c7);
            c8 = TIsa.MultiplyAdd(TIsa.Broadcast(a6[2 * strideA]), left, c8);
            c9 = TIsa.MultiplyAdd(TIsa.Broadcast(*a9), left, c9);
            c10 = TIsa.MultiplyAdd(TIsa.Broadcast(a9[strideA]), left, c10);
            c11 = TIsa.MultiplyAdd(TIsa.Broadcast(a9[2 * strideA]), left, c11);
            a0++;
            a3++;
            a6++;
            a9++;
            b += TIsa.Width;
            TIsa.Prefetch(ahead);
            ahead += aheadStep;
        }

        Emit(c, c0, accumulate);
        Emit(c + (1 * strideC), c1, accumulate);
        Emit(c + (2 * strideC), c2, accumulate);
        Emit(c + (3 * strideC), c3, accumulate);
        Emit(c + (4 * strideC), c4, accumulate);
        Emit(c + (5 * strideC), c5, accumulate);
        Emit(c + (6 * strideC), c6, accumulate);
        Emit(c + (7 * strideC), c7, accumulate);
        Emit(c + (8 * strideC), c8, accumulate);
        Emit(c + (9 * strideC), c9, accumulate);
        Emit(c + (10 * strideC), c10, accumulate);
        Emit(c + (11 * strideC), c11, accumulate);
    }

    /// <summary>6 rows, 2 vectors of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows6x2(float* a, nint strideA, float* b, int depth, float* c, nint strideC, bool accumulate, byte* ahead, nint aheadStep)
    {
        var zero = TIsa.Broadcast(0);
        V c0a = zero, c0b = zero, c1a = zero, c1b = zero, c2a = zero, c2b = zero;
        V c3a = zero, c3b = zero, c4a = zero, c4b = zero, c5a = zero, c5b = zero;
        float* a0 = a, a3 = a0 + (3 * strideA);
        for (var k = 0; k < depth; k++)
        {
            V left = TIsa.Load(b), right = TIsa.Load(b + TIsa.Width);
            var row = TIsa.Broadcast(*a0);
            c0a = TIsa.MultiplyAdd(row, left, c0a);
            c0b = TIsa.MultiplyAdd(row, right, c0b);
            row = TIsa.Broadcast(a0[strideA]);
            c1a = TIsa.MultiplyAdd(row, left, c1a);
            c1b = TIsa.MultiplyAdd(row, right, c1b);
            row = TIsa.Broadcast(a0[2 * strideA]);
            c2a = TIsa.MultiplyAdd(row, left, c2a);
            c2b = TIsa.MultiplyAdd(row, right, c2b);
            row = TIsa.Broadcast(*a3);
            c3a = TIsa.MultiplyAdd(row, left, c3a);
            c3b = TIsa.MultiplyAdd(row, right, c3b);
            row = TIsa.Broadcast(a3[strideA]);
            c4a = TIsa.MultiplyAdd(row, left, c4a);
            c4b = TIsa.MultiplyAdd(row, right, c4b);
            row = TIsa.Broadcast(a3[2 * strideA]);
            c5a = TIsa.MultiplyAdd(row, left, c5a);
            c5b = TIsa.MultiplyAdd(row, right, c5b);
            a0++;
            a3++;
            b += 2 * TIsa.Width;
            TIsa.Prefetch(ahead);
            ahead += aheadStep;
        }

        Emit(c, c0a, c0b, accumulate);
        Emit(c + (1 * strideC), c1a, c1b, accumulate);
        Emit(c + (2 * strideC), c2a, c2b, accumulate);
        Emit(c + (3 * strideC), c3a, c3b, accumulate);
        Emit(c + (4 * strideC), c4a, c4b, accumulate);
        Emit(c + (5 * strideC), c5a, c5b, accumulate);
    }

    /// <summary>6 rows, 1 vector of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows6x1(float* a, nint strideA, float* b, int depth, float* c, nint strideC, bool accumulate, byte* ahead, nint aheadStep)
    {
        var zero = TIsa.Broadcast(0);
        V c0 = zero, c1 = zero, c2 = zero, c3 = zero, c4 = zero, c5 = zero;
        float* a0 = a, a3 = a0 + (3 * strideA);
        for (var k = 0; k < depth; k++)
        {
            var left = TIsa.Load(b);
            c0 = TIsa.MultiplyAdd(TIsa.Broadcast(*a0), left, c0);
            c1 = TIsa.MultiplyAdd(TIsa.Broadcast(a0[strideA]), left, c1);
            c2 = TIsa.MultiplyAdd(TIsa.Broadcast(a0[2 * strideA]), left, c2);
            c3 = TIsa.MultiplyAdd(TIsa.Broadcast(*a3), left, c3);
            c4 = TIsa.MultiplyAdd(TIsa.Broadcast(a3[strideA]), left, c4);
            c5 = TIsa.MultiplyAdd(TIsa.Broadcast(a3[2 * strideA]), left, c5);
            a0++;
            a3++;
            b += TIsa.Width;
            TIsa.Prefetch(ahead);
            ahead += aheadStep;
        }

        Emit(c, c0, accumulate);
        Emit(c + (1 * strideC), c1, accumulate);
        Emit(c + (2 * strideC), c2, accumulate);
        Emit(c + (3 * strideC), c3, accumulate);
        Emit(c + (4 * strideC), c4, accumulate);
        Emit(c + (5 * strideC), c5, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Emit(float* c, V left, V right, bool accumulate)
    {
        Emit(c, left, accumulate);
        Emit(c + TIsa.Width, right, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Emit(float* c, V value, bool accumulate) =>
        TIsa.Store(c, accumulate ? TIsa.Add(TIsa.Load(c), value) : value);
}
