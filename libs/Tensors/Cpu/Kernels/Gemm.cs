using System.Runtime.CompilerServices;
using VideoGrain.Tensors.Cpu.Memory;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>
/// Matrix products and convolutions. A task owns some rows and some panels of the result. It walks the inner dimension in
/// blocks: copies its rows' block into scratch (a convolution gathers its windows here, so no im2col matrix exists), then
/// runs the micro-kernel over panels (outer, from the second-level cache) and row tiles (inner, from the first).
/// The last block is followed by the epilogue while the tile is still in the cache.
/// No sum depends on the blocking of rows and columns, so results do not depend on the number of threads.
/// </summary>
internal static unsafe class Gemm<TIsa, V>
    where TIsa : struct, IVectorIsa<V>
    where V : unmanaged
{
    private const int WideVector = 16;
    private const int TasksPerThread = 4;

    // Every task gathers its rows' windows anew, which costs more than copying rows.
    private const int ConvolutionTasksPerThread = 2;
    private const int GegluPanels = 4;
    private const long SmallProduct = 1 << 16;

    // A stride that is an odd number of cache lines spreads the rows of a tile over the sets of the first-level cache.
    private const int StridePadding = NativeBuffer.Alignment / sizeof(float);

    // A panel's block lies in the first-level cache beside a tile's rows, the rows' block of a task in the second. Wide vectors use a panel up
    // so fast that it must serve many rows before the next one has to come.
    private const int DepthBlock = 256;
    private const int LargestDepthBlock = DepthBlock * 3 / 2;

    private static int RowsPerTask => TIsa.Width >= WideVector ? 384 : 192;

    /// <summary>Runs the product.</summary>
    public static void Run(CpuEngine engine, ref GemmArguments arguments)
    {
        if (arguments.Rows == 0) return;
        var layout = arguments.Layout;
        var small = (long)arguments.Rows * layout.Columns * layout.Depth < SmallProduct;
        arguments.BlockRows = BlockRows(arguments.Rows, engine.Workers.Threads);
        var rowBlocks = (arguments.Rows + arguments.BlockRows - 1) / arguments.BlockRows;
        var panels = arguments.Geglu ? layout.Panels / 2 : layout.Panels;
        var perThread = arguments.IsConvolution ? ConvolutionTasksPerThread : TasksPerThread;
        var wanted = small ? 1 : ((engine.Workers.Threads * perThread) + rowBlocks - 1) / rowBlocks;
        arguments.BlockPanels = Math.Max(1, (panels + wanted - 1) / wanted);
        if (arguments.Geglu) arguments.BlockPanels = Math.Min(arguments.BlockPanels, GegluPanels);
        arguments.PanelBlocks = (panels + arguments.BlockPanels - 1) / arguments.BlockPanels;
        arguments.ScratchStride = LeftLength(arguments) + TileLength() + WideLength(arguments) + (arguments.Geglu ? GegluLength(arguments) : 0);
        arguments.Scratch = engine.Scratch(arguments.ScratchStride);
        var tasks = checked(rowBlocks * arguments.PanelBlocks);
        fixed (GemmArguments* pinned = &arguments)
        {
            if (small)
            {
                for (var task = 0; task < tasks; task++) RunTask(pinned, task, 0);
            }
            else
            {
                engine.Workers.Run(&RunTask, pinned, tasks);
            }
        }
    }

    /// <summary>Rows in blocks that are about equal, whole tiles each; several blocks are as many for every thread.</summary>
    private static int BlockRows(int rows, int threads)
    {
        var blocks = (rows + RowsPerTask - 1) / RowsPerTask;
        if (blocks > 1) blocks = (blocks + threads - 1) / threads * threads;
        return ((rows + (blocks * TIsa.TileRows) - 1) / (blocks * TIsa.TileRows)) * TIsa.TileRows;
    }

    private static int LeftLength(in GemmArguments g) => g.BlockRows * LeftStride(LargestDepthBlock);

    /// <summary>Blocks of about the standard size and equal among themselves: a short rest would cost as many passes over the result.</summary>
    private static int BlockDepth(int depth)
    {
        var blocks = Math.Max(1, (depth + (DepthBlock / 2)) / DepthBlock);
        return (depth + blocks - 1) / blocks;
    }

    private static int TileLength() => TIsa.TileRows * 2 * TIsa.Width;

    private static int WideLength(in GemmArguments g) => g.PanelType == PanelType.Single ? 0 : 2 * TIsa.Width * LargestDepthBlock;

    private static int GegluLength(in GemmArguments g) => g.BlockRows * GegluStride(g.BlockPanels);

    private static int GegluStride(int panels) => panels * 4 * TIsa.Width;

    private static int LeftStride(int depth) => (((depth + (2 * StridePadding) - 1) / (2 * StridePadding)) * 2 * StridePadding) + StridePadding;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTask(void* context, int task, int worker)
    {
        ref readonly var g = ref *(GemmArguments*)context;
        var scratch = g.Scratch + (worker * g.ScratchStride);
        var row = task / g.PanelBlocks * g.BlockRows;
        var rows = Math.Min(g.BlockRows, g.Rows - row);
        var panel = task % g.PanelBlocks * g.BlockPanels;
        if (g.Geglu) RunGeglu(g, row, rows, panel, Math.Min(panel + g.BlockPanels, g.Layout.Panels / 2), scratch);
        else RunPanels(g, row, rows, panel, Math.Min(panel + g.BlockPanels, g.Layout.Panels), scratch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunPanels(in GemmArguments g, int row, int rows, int firstPanel, int endPanel, float* scratch)
    {
        var tile = scratch + LeftLength(g);
        var wide = tile + TileLength();
        var block = BlockDepth(g.Layout.Depth);
        for (var depth = 0; depth < g.Layout.Depth; depth += block)
        {
            var length = Math.Min(block, g.Layout.Depth - depth);
            var stride = LeftStride(length);
            PackLeft(g, row, rows, depth, length, scratch, stride);
            var last = depth + length == g.Layout.Depth;
            for (var panel = firstPanel; panel < endPanel; panel++)
            {
                var column = panel * g.Layout.PanelWidth;
                var columns = Math.Min(g.Layout.PanelWidth, g.Layout.Columns - column);
                var vectors = g.Layout.Vectors(panel);
                var right = Right(g, panel, depth, length, wide);
                var following = panel + 1 < endPanel ? panel + 1 : firstPanel;
                var next = panel + 1 < endPanel ? Panel(g, following, depth) : last ? null : Panel(g, following, depth + length);
                var ahead = Ahead.Spread(next, PanelBytes(g, following, length), rows, TIsa.TileRows, length, right);
                for (var r = 0; r < rows; r += TIsa.TileRows)
                {
                    var tileRows = Math.Min(TIsa.TileRows, rows - r);
                    var y = g.Y + ((long)(row + r) * g.Layout.Columns) + column;
                    for (var i = 0; i < tileRows; i++) Prefetch((byte*)(y + ((long)i * g.Layout.Columns)), columns * sizeof(float));
                    var whole = columns == vectors * TIsa.Width && (tileRows == TIsa.TileRows || tileRows == MicroKernel<TIsa, V>.SmallTileRows);
                    if (whole)
                    {
                        MicroKernel<TIsa, V>.Tile(tileRows, vectors, scratch + (r * stride), stride, right, length, y, g.Layout.Columns, depth > 0, ahead);
                    }
                    else
                    {
                        MicroKernel<TIsa, V>.Tile(tileRows, vectors, scratch + (r * stride), stride, right, length, tile, 2 * TIsa.Width, false, ahead);
                        CopyTile(tile, y, g.Layout.Columns, tileRows, columns, depth > 0);
                    }

                    if (last) Epilogue(g, row + r, tileRows, column, columns, y);
                    ahead = ahead.After(length);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunGeglu(in GemmArguments g, int row, int rows, int firstPanel, int endPanel, float* scratch)
    {
        // Value and gate panels side by side in scratch: the caller has made sure that half the columns are whole panels.
        var half = g.Layout.Panels / 2;
        var wide = scratch + LeftLength(g) + TileLength();
        var result = wide + WideLength(g);
        var resultStride = GegluStride(g.BlockPanels);
        var block = BlockDepth(g.Layout.Depth);
        for (var depth = 0; depth < g.Layout.Depth; depth += block)
        {
            var length = Math.Min(block, g.Layout.Depth - depth);
            var stride = LeftStride(length);
            PackLeft(g, row, rows, depth, length, scratch, stride);
            for (var panel = firstPanel; panel < endPanel; panel++)
            {
                for (var side = 0; side < 2; side++)
                {
                    var right = Right(g, panel + (side * half), depth, length, wide);
                    var next = side == 0 ? Panel(g, panel + half, depth)
                        : panel + 1 < endPanel ? Panel(g, panel + 1, depth)
                        : depth + length < g.Layout.Depth ? Panel(g, firstPanel, depth + length) : null;
                    var ahead = Ahead.Spread(next, PanelBytes(g, panel, length), rows, TIsa.TileRows, length, right);
                    var c = result + (((2 * (panel - firstPanel)) + side) * 2 * TIsa.Width);
                    for (var r = 0; r < rows; r += TIsa.TileRows)
                    {
                        MicroKernel<TIsa, V>.Tile(
                            TIsa.TileRows, 2, scratch + (r * stride), stride, right, length, c + (r * resultStride), resultStride, depth > 0, ahead);
                        ahead = ahead.After(length);
                    }
                }
            }
        }

        var columns = g.Layout.Columns / 2;
        for (var r = 0; r < rows; r++)
        {
            for (var panel = firstPanel; panel < endPanel; panel++)
            {
                var c = result + (r * resultStride) + ((panel - firstPanel) * 4 * TIsa.Width);
                var column = panel * g.Layout.PanelWidth;
                var y = g.Y + ((long)(row + r) * columns) + column;
                for (var i = 0; i < 2; i++)
                {
                    var value = TIsa.Load(c + (i * TIsa.Width));
                    var gate = TIsa.Load(c + ((2 + i) * TIsa.Width));
                    if (g.Bias is not null)
                    {
                        value = TIsa.Add(value, TIsa.Load(g.Bias + column + (i * TIsa.Width)));
                        gate = TIsa.Add(gate, TIsa.Load(g.Bias + columns + column + (i * TIsa.Width)));
                    }

                    TIsa.Store(y + (i * TIsa.Width), TIsa.Multiply(value, VectorMath<TIsa, V>.Gelu(gate)));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ElementSize(in GemmArguments g) => g.PanelType == PanelType.Single ? sizeof(float) : sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Panel(in GemmArguments g, int panel, int depth) =>
        (byte*)g.Panels + ((g.Layout.Offset(panel) + ((long)depth * g.Layout.Vectors(panel) * TIsa.Width)) * ElementSize(g));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PanelBytes(in GemmArguments g, int panel, int length) => length * g.Layout.Vectors(panel) * TIsa.Width * ElementSize(g);

    /// <summary>A panel's block in fp32: where it lies, or widened into scratch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float* Right(in GemmArguments g, int panel, int depth, int length, float* wide)
    {
        var block = Panel(g, panel, depth);
        if (g.PanelType == PanelType.Single) return (float*)block;
        var bits = (ushort*)block;
        var count = length * g.Layout.Vectors(panel) * TIsa.Width;
        if (g.PanelType == PanelType.Half)
        {
            for (var i = 0; i < count; i += TIsa.Width) TIsa.Store(wide + i, TIsa.LoadHalf(bits + i));
        }
        else
        {
            for (var i = 0; i < count; i += TIsa.Width) TIsa.Store(wide + i, TIsa.LoadBFloat16(bits + i));
        }

        return wide;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* start, int bytes)
    {
        for (var i = 0; i < bytes; i += NativeBuffer.Alignment) TIsa.Prefetch(start + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyTile(float* tile, float* y, int strideY, int rows, int columns, bool accumulate)
    {
        for (var r = 0; r < rows; r++)
        {
            var source = tile + (r * 2 * TIsa.Width);
            var destination = y + ((long)r * strideY);
            var i = 0;
            for (; i <= columns - TIsa.Width; i += TIsa.Width)
                TIsa.Store(destination + i, accumulate ? TIsa.Add(TIsa.Load(destination + i), TIsa.Load(source + i)) : TIsa.Load(source + i));
            for (; i < columns; i++) destination[i] = accumulate ? destination[i] + source[i] : source[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Epilogue(in GemmArguments g, int row, int rows, int column, int columns, float* y)
    {
        if (g.Bias is null && g.Residual is null && g.Shift is null && g.Activation == Activation.None) return;
        for (var r = 0; r < rows; r++)
        {
            var line = y + ((long)r * g.Layout.Columns);
            var residual = g.Residual is null ? null : g.Residual + ((long)(row + r) * g.Layout.Columns) + column;
            var shift = g.Shift is null ? null : g.Shift + ((long)((row + r) / g.RowsPerShift) * g.Layout.Columns) + column;
            var bias = g.Bias is null ? null : g.Bias + column;
            var i = 0;
            for (; i <= columns - TIsa.Width; i += TIsa.Width)
            {
                var value = TIsa.Load(line + i);
                if (bias is not null) value = TIsa.Add(value, TIsa.Load(bias + i));
                value = VectorMath<TIsa, V>.Activate(value, g.Activation);
                if (shift is not null) value = TIsa.Add(value, TIsa.Load(shift + i));
                if (residual is not null) value = TIsa.Add(value, TIsa.Load(residual + i));
                TIsa.Store(line + i, value);
            }

            if (i < columns)
            {
                var rest = columns - i;
                var value = Partial<TIsa, V>.Load(line + i, rest);
                if (bias is not null) value = TIsa.Add(value, TIsa.Load(bias + i));
                value = VectorMath<TIsa, V>.Activate(value, g.Activation);
                if (shift is not null) value = TIsa.Add(value, Partial<TIsa, V>.Load(shift + i, rest));
                if (residual is not null) value = TIsa.Add(value, Partial<TIsa, V>.Load(residual + i, rest));
                Partial<TIsa, V>.Store(line + i, value, rest);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackLeft(in GemmArguments g, int row, int rows, int depth, int length, float* packed, int stride)
    {
        if (g.IsConvolution)
        {
            GatherWindows(g, row, rows, depth, length, packed, stride);
            return;
        }

        for (var r = 0; r < rows; r++) Copy(g.X + ((long)(row + r) * g.Layout.Depth) + depth, packed + (r * stride), length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatherWindows(in GemmArguments g, int row, int rows, int depth, int length, float* packed, int stride)
    {
        // The taps of one line of a window lie side by side in the image, so a line is one run of elements.
        var lineLength = g.Kernel * g.Channels;
        var pixels = g.OutHeight * g.OutWidth;
        for (var r = 0; r < rows; r++)
        {
            var image = (row + r) / pixels;
            var pixel = (row + r) % pixels;
            var top = (pixel / g.OutWidth * g.Stride) - g.PadTop;
            var left = (pixel % g.OutWidth * g.Stride) - g.PadLeft;
            var source = g.X + ((long)image * g.Height * g.Width * g.Channels);
            var destination = packed + (r * stride);
            for (var done = 0; done < length;)
            {
                var line = (depth + done) / lineLength;
                var start = (depth + done) % lineLength;
                var end = Math.Min(lineLength, start + length - done);
                var y = top + line;
                var inside = (uint)y < (uint)g.Height;

                // Elements of the window's line that lie within the image: [from, to).
                var from = inside ? Math.Clamp(-(long)left * g.Channels, start, end) : end;
                var to = inside ? Math.Clamp(((long)g.Width - left) * g.Channels, from, end) : end;
                Clear(destination + done, (int)from - start);
                Copy(source + ((((long)y * g.Width) + left) * g.Channels) + from, destination + done + (from - start), (int)(to - from));
                Clear(destination + done + (to - start), end - (int)to);
                done += end - start;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(float* source, float* destination, int length)
    {
        var i = 0;
        for (; i <= length - TIsa.Width; i += TIsa.Width) TIsa.Store(destination + i, TIsa.Load(source + i));
        for (; i < length; i++) destination[i] = source[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Clear(float* destination, int length)
    {
        var i = 0;
        for (; i <= length - TIsa.Width; i += TIsa.Width) TIsa.Store(destination + i, TIsa.Broadcast(0));
        for (; i < length; i++) destination[i] = 0;
    }
}
