using System.Runtime.CompilerServices;
using VideoGrain.Tensors.Cpu.Weights;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>
/// 3x3 convolutions by Winograd's F(2x2, 3x3): a tile of 2x2 results takes a 4x4 patch d of the image, and
/// Y = A^T [U . (B^T d B)] A multiplies 16 numbers where the definition multiplies 36. The products of all tiles and channels at one
/// of the 16 positions are a matrix product, which the micro-kernel computes. A task owns some tiles and some columns: it transforms its patches
/// channel block by channel block into scratch, multiplies position by position, and transforms back with bias, shift and residual added.
/// B and A hold only 0, 1 and -1, so the transforms round little. Channels are summed in blocks that depend on their number alone, so results do not
/// depend on the number of threads.
/// </summary>
internal static unsafe class Winograd<TIsa, V>
    where TIsa : struct, IVectorIsa<V>
    where V : unmanaged
{
    private const int Tile = 2;
    private const int Patch = 4;

    // A multiple of every micro-kernel's rows; a block's patches at one position stay in the second-level cache.
    private const int TilesPerTask = 96;
    private const int ChannelBlock = 320;
    private const int ColumnsPerTask = 320;

    // Narrower tasks would transform the same patches too often.
    private const int FewestColumns = 128;
    private const int TasksPerThread = 4;

    // A stride that is an odd number of cache lines spreads tiles over the sets of the first-level cache.
    private const int StridePadding = Memory.NativeBuffer.Alignment / sizeof(float);

    /// <summary>Runs the convolution.</summary>
    public static void Run(CpuEngine engine, ref WinogradArguments arguments)
    {
        arguments.TilesAcross = (arguments.Width + Tile - 1) / Tile;
        arguments.TilesPerImage = checked((arguments.Height + Tile - 1) / Tile * arguments.TilesAcross);
        var tiles = checked(arguments.Images * arguments.TilesPerImage);
        if (tiles == 0) return;

        arguments.BlockTiles = TilesPerTask;
        var tileBlocks = (tiles + TilesPerTask - 1) / TilesPerTask;
        var panels = arguments.Layout.Panels;
        var wanted = ((engine.Workers.Threads * TasksPerThread) + tileBlocks - 1) / tileBlocks;
        var fewest = Math.Max(1, FewestColumns / arguments.Layout.PanelWidth);
        var most = Math.Max(1, ColumnsPerTask / arguments.Layout.PanelWidth);
        arguments.BlockPanels = Math.Min(panels, Math.Clamp((panels + wanted - 1) / wanted, fewest, most));
        arguments.PanelBlocks = (panels + arguments.BlockPanels - 1) / arguments.BlockPanels;

        var blocks = Math.Max(1, (arguments.Channels + (ChannelBlock / 2)) / ChannelBlock);
        arguments.BlockChannels = (arguments.Channels + blocks - 1) / blocks;
        arguments.PatchStride = ((arguments.BlockChannels + (2 * StridePadding) - 1) / (2 * StridePadding) * 2 * StridePadding) + StridePadding;
        arguments.ScratchStride = PatchesLength(arguments) + ProductsLength(arguments) + BorderLength(arguments);
        arguments.Scratch = engine.Scratch(arguments.ScratchStride);
        fixed (WinogradArguments* pinned = &arguments)
            engine.Workers.Run(&RunTask, pinned, checked(tileBlocks * arguments.PanelBlocks));
    }

    private static long PatchesLength(in WinogradArguments g) => (long)WinogradMatrix.Positions * g.BlockTiles * g.PatchStride;

    private static long ProductsLength(in WinogradArguments g) => (long)WinogradMatrix.Positions * g.BlockTiles * g.ProductStride;

    private static long BorderLength(in WinogradArguments g) => (long)Patch * Patch * g.PatchStride;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTask(void* context, int task, int worker)
    {
        ref readonly var g = ref *(WinogradArguments*)context;
        var patches = g.Scratch + (worker * g.ScratchStride);
        var products = patches + PatchesLength(g);
        var border = products + ProductsLength(g);
        var firstTile = task / g.PanelBlocks * g.BlockTiles;
        var count = Math.Min(g.BlockTiles, (g.Images * g.TilesPerImage) - firstTile);
        var firstPanel = task % g.PanelBlocks * g.BlockPanels;
        var endPanel = Math.Min(firstPanel + g.BlockPanels, g.Layout.Panels);
        for (var channel = 0; channel < g.Channels; channel += g.BlockChannels)
        {
            var length = Math.Min(g.BlockChannels, g.Channels - channel);
            for (var tile = 0; tile < count; tile++)
                TransformPatch(g, firstTile + tile, channel, length, border, patches + ((long)tile * g.PatchStride));
            for (var position = 0; position < WinogradMatrix.Positions; position++)
                Multiply(g, position, patches, products, count, firstPanel, endPanel, channel, length);
        }

        for (var tile = 0; tile < count; tile++)
            TransformBack(g, firstTile + tile, products + ((long)tile * g.ProductStride), firstPanel * g.Layout.PanelWidth, endPanel * g.Layout.PanelWidth);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(
        in WinogradArguments g, int position, float* patches, float* products, int count, int firstPanel, int endPanel, int channel, int length)
    {
        var left = patches + ((long)position * g.BlockTiles * g.PatchStride);
        var result = products + ((long)position * g.BlockTiles * g.ProductStride);
        for (var panel = firstPanel; panel < endPanel; panel++)
        {
            var vectors = g.Layout.Vectors(panel);
            var right = Panel(g, position, panel, channel);
            var next = panel + 1 < endPanel ? Panel(g, position, panel + 1, channel)
                : position + 1 < WinogradMatrix.Positions ? Panel(g, position + 1, firstPanel, channel) : null;
            var ahead = Ahead.Spread((byte*)next, length * vectors * TIsa.Width * sizeof(float), count, TIsa.TileRows, length, right);
            var column = result + ((panel - firstPanel) * g.Layout.PanelWidth);
            for (var r = 0; r < count; r += TIsa.TileRows)
            {
                MicroKernel<TIsa, V>.Tile(
                    count - r, vectors, left + (r * g.PatchStride), g.PatchStride, right, length, column + (r * g.ProductStride), g.ProductStride, channel > 0, ahead);
                ahead = ahead.After(length);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Panel(in WinogradArguments g, int position, int panel, int channel) =>
        g.Panels + (position * g.Layout.Length) + g.Layout.Offset(panel) + ((long)channel * g.Layout.Vectors(panel) * TIsa.Width);

    /// <summary>B^T d B of one patch. Patches that reach over the image's edge are copied with zeros around them first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransformPatch(in WinogradArguments g, int tile, int channel, int length, float* border, float* transformed)
    {
        var image = tile / g.TilesPerImage;
        var inImage = tile % g.TilesPerImage;
        int top = (inImage / g.TilesAcross * Tile) - 1, left = (inImage % g.TilesAcross * Tile) - 1;
        var source = g.X + ((long)image * g.Height * g.Width * g.Channels) + channel;
        nint acrossStride = g.Channels, downStride = (nint)g.Width * g.Channels;
        float* patch;
        if (top >= 0 && left >= 0 && top + Patch <= g.Height && left + Patch <= g.Width)
        {
            patch = source + (top * downStride) + (left * acrossStride);
        }
        else
        {
            patch = border;
            for (var i = 0; i < Patch * Patch; i++)
            {
                int y = top + (i / Patch), x = left + (i % Patch);
                var pixel = new Span<float>(border + ((long)i * g.PatchStride), length);
                if ((uint)y < (uint)g.Height && (uint)x < (uint)g.Width) new ReadOnlySpan<float>(source + (y * downStride) + (x * acrossStride), length).CopyTo(pixel);
                else pixel.Clear();
            }

            acrossStride = g.PatchStride;
            downStride = (nint)Patch * g.PatchStride;
        }

        nint step = (nint)g.BlockTiles * g.PatchStride;
        float* d0 = patch, d1 = d0 + downStride, d2 = d1 + downStride, d3 = d2 + downStride;
        var c = 0;
        for (; c <= length - TIsa.Width; c += TIsa.Width)
        {
            var v = transformed + c;
            Row(TIsa.Subtract(TIsa.Load(d0 + c), TIsa.Load(d2 + c)), Difference(d0, d2, acrossStride, c), Difference(d0, d2, 2 * acrossStride, c), Difference(d0, d2, 3 * acrossStride, c), v, step);
            Row(TIsa.Add(TIsa.Load(d1 + c), TIsa.Load(d2 + c)), Sum(d1, d2, acrossStride, c), Sum(d1, d2, 2 * acrossStride, c), Sum(d1, d2, 3 * acrossStride, c), v + (4 * step), step);
            Row(TIsa.Subtract(TIsa.Load(d2 + c), TIsa.Load(d1 + c)), Difference(d2, d1, acrossStride, c), Difference(d2, d1, 2 * acrossStride, c), Difference(d2, d1, 3 * acrossStride, c), v + (8 * step), step);
            Row(TIsa.Subtract(TIsa.Load(d1 + c), TIsa.Load(d3 + c)), Difference(d1, d3, acrossStride, c), Difference(d1, d3, 2 * acrossStride, c), Difference(d1, d3, 3 * acrossStride, c), v + (12 * step), step);
        }

        for (; c < length; c++)
        {
            for (var row = 0; row < Patch; row++)
            {
                var a = row switch { 0 => d0, 2 => d2, _ => d1 } + c;
                var b = row switch { 0 or 1 => d2, 2 => d1, _ => d3 } + c;
                var sign = row == 1 ? 1f : -1f;
                float x0 = a[0] + (sign * b[0]), x1 = a[acrossStride] + (sign * b[acrossStride]);
                float x2 = a[2 * acrossStride] + (sign * b[2 * acrossStride]), x3 = a[3 * acrossStride] + (sign * b[3 * acrossStride]);
                var v = transformed + c + (Patch * row * step);
                v[0] = x0 - x2;
                v[step] = x1 + x2;
                v[2 * step] = x2 - x1;
                v[3 * step] = x1 - x3;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Difference(float* a, float* b, nint across, int c) => TIsa.Subtract(TIsa.Load(a + across + c), TIsa.Load(b + across + c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Sum(float* a, float* b, nint across, int c) => TIsa.Add(TIsa.Load(a + across + c), TIsa.Load(b + across + c));

    /// <summary>A row of (B^T d) times B, written to four positions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(V x0, V x1, V x2, V x3, float* v, nint step)
    {
        TIsa.Store(v, TIsa.Subtract(x0, x2));
        TIsa.Store(v + step, TIsa.Add(x1, x2));
        TIsa.Store(v + (2 * step), TIsa.Subtract(x2, x1));
        TIsa.Store(v + (3 * step), TIsa.Subtract(x1, x3));
    }

    /// <summary>A^T m A of one tile, with the epilogue, to the up to four pixels that lie in the image.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransformBack(in WinogradArguments g, int tile, float* products, int firstColumn, int endColumn)
    {
        var image = tile / g.TilesPerImage;
        var inImage = tile % g.TilesPerImage;
        int top = inImage / g.TilesAcross * Tile, left = inImage % g.TilesAcross * Tile;
        bool right = left + 1 < g.Width, below = top + 1 < g.Height;
        var outputs = g.Layout.Columns;
        var pixel = (((((long)image * g.Height) + top) * g.Width) + left) * outputs;
        long down = (long)g.Width * outputs;
        var shift = g.Shift is null ? null : g.Shift + ((long)(image / g.ImagesPerShift) * outputs);
        nint step = (nint)g.BlockTiles * g.ProductStride;
        for (var column = firstColumn; column < Math.Min(endColumn, outputs); column += TIsa.Width)
        {
            var m = products + (column - firstColumn);
            Column(m, step, out var sum0, out var rest0);
            Column(m + (4 * step), step, out var sum1, out var rest1);
            Column(m + (8 * step), step, out var sum2, out var rest2);
            Column(m + (12 * step), step, out var sum3, out var rest3);
            var count = Math.Min(TIsa.Width, outputs - column);
            var at = pixel + column;
            Emit(g, at, column, count, shift, TIsa.Add(TIsa.Add(sum0, sum1), sum2));
            if (right) Emit(g, at + outputs, column, count, shift, TIsa.Add(TIsa.Add(rest0, rest1), rest2));
            if (below) Emit(g, at + down, column, count, shift, TIsa.Subtract(TIsa.Subtract(sum1, sum2), sum3));
            if (right && below) Emit(g, at + down + outputs, column, count, shift, TIsa.Subtract(TIsa.Subtract(rest1, rest2), rest3));
        }
    }

    /// <summary>A row of m times A.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column(float* m, nint step, out V sum, out V rest)
    {
        V m1 = TIsa.Load(m + step), m2 = TIsa.Load(m + (2 * step));
        sum = TIsa.Add(TIsa.Add(TIsa.Load(m), m1), m2);
        rest = TIsa.Subtract(TIsa.Subtract(m1, m2), TIsa.Load(m + (3 * step)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Emit(in WinogradArguments g, long at, int column, int count, float* shift, V value)
    {
        if (g.Bias is not null) value = TIsa.Add(value, TIsa.Load(g.Bias + column));
        if (count == TIsa.Width)
        {
            if (shift is not null) value = TIsa.Add(value, TIsa.Load(shift + column));
            if (g.Residual is not null) value = TIsa.Add(value, TIsa.Load(g.Residual + at));
            TIsa.Store(g.Y + at, value);
            return;
        }

        if (shift is not null) value = TIsa.Add(value, Partial<TIsa, V>.Load(shift + column, count));
        if (g.Residual is not null) value = TIsa.Add(value, Partial<TIsa, V>.Load(g.Residual + at, count));
        Partial<TIsa, V>.Store(g.Y + at, value, count);
    }
}
