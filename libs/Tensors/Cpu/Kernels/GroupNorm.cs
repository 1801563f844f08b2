using System.Runtime.CompilerServices;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>
/// Group normalisation in two sweeps. The first reads the input once: chunks of a fixed number of rows give sums and sums of
/// squares per channel, taken about the chunk's first row so that a large mean costs no precision, and from them mean and squared
/// deviation per group in double precision. Chunks are merged in order. The second sweep applies one factor and one offset per channel, and
/// the activation. The chunking is fixed, so the result does not depend on the number of threads.
/// </summary>
internal static unsafe class GroupNorm<TIsa, V>
    where TIsa : struct, IVectorIsa<V>
    where V : unmanaged
{
    private const int RowsPerChunk = 64;

    /// <summary>Runs the normalisation.</summary>
    public static void Run(CpuEngine engine, ref GroupNormArguments arguments)
    {
        var chunks = (arguments.Rows + RowsPerChunk - 1) / RowsPerChunk;
        var tasks = checked(arguments.Statistics * chunks);
        if (tasks == 0) return;
        arguments.Chunks = chunks;
        arguments.ScratchStride = 2L * (arguments.Channels + TIsa.Width);
        arguments.Scratch = engine.Scratch(arguments.ScratchStride);
        using var moments = engine.RentWorkspace((long)tasks * arguments.Groups * 2 * sizeof(double));
        using var affine = engine.RentWorkspace((long)arguments.Statistics * arguments.Channels * 2 * sizeof(float));
        arguments.Moments = (double*)moments.Pointer;
        arguments.Affine = affine.Pointer;
        fixed (GroupNormArguments* pinned = &arguments)
        {
            engine.Workers.Run(&Measure, pinned, tasks);
            for (var statistic = 0; statistic < arguments.Statistics; statistic++) Merge(arguments, statistic);
            engine.Workers.Run(&Apply, pinned, tasks);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Measure(void* context, int task, int worker)
    {
        ref readonly var g = ref *(GroupNormArguments*)context;
        var first = task % g.Chunks * RowsPerChunk;
        var rows = Math.Min(RowsPerChunk, g.Rows - first);
        var x = g.X + ((((long)(task / g.Chunks) * g.Rows) + first) * g.Channels);
        var sum = g.Scratch + (worker * g.ScratchStride);
        var square = sum + g.Channels + TIsa.Width;
        new Span<float>(sum, g.Channels).Clear();
        new Span<float>(square, g.Channels).Clear();
        for (var r = 1; r < rows; r++)
        {
            var line = x + ((long)r * g.Channels);
            var c = 0;
            for (; c <= g.Channels - TIsa.Width; c += TIsa.Width)
            {
                var d = TIsa.Subtract(TIsa.Load(line + c), TIsa.Load(x + c));
                TIsa.Store(sum + c, TIsa.Add(TIsa.Load(sum + c), d));
                TIsa.Store(square + c, TIsa.MultiplyAdd(d, d, TIsa.Load(square + c)));
            }

            for (; c < g.Channels; c++)
            {
                var d = line[c] - x[c];
                sum[c] += d;
                square[c] += d * d;
            }
        }

        var perGroup = g.Channels / g.Groups;
        for (var group = 0; group < g.Groups; group++)
        {
            double mean = 0, deviation = 0;
            for (var i = 0; i < perGroup; i++)
            {
                var c = (group * perGroup) + i;
                Merge(ref mean, ref deviation, (double)i * rows, x[c] + ((double)sum[c] / rows), Math.Max(0, square[c] - ((double)sum[c] * sum[c] / rows)), rows);
            }

            var moments = g.Moments + ((((long)task * g.Groups) + group) * 2);
            moments[0] = mean;
            moments[1] = deviation;
        }
    }

    /// <summary>Adds the moments of <paramref name="otherCount"/> values to those of <paramref name="count"/>.</summary>
    private static void Merge(ref double mean, ref double deviation, double count, double otherMean, double otherDeviation, double otherCount)
    {
        var difference = otherMean - mean;
        var share = otherCount / (count + otherCount);
        mean += difference * share;
        deviation += otherDeviation + (difference * difference * count * share);
    }

    private static void Merge(in GroupNormArguments g, int statistic)
    {
        var perGroup = g.Channels / g.Groups;
        for (var group = 0; group < g.Groups; group++)
        {
            double mean = 0, deviation = 0, count = 0;
            for (var chunk = 0; chunk < g.Chunks; chunk++)
            {
                var moments = g.Moments + ((((((long)statistic * g.Chunks) + chunk) * g.Groups) + group) * 2);
                var values = (double)Math.Min(RowsPerChunk, g.Rows - (chunk * RowsPerChunk)) * perGroup;
                Merge(ref mean, ref deviation, count, moments[0], moments[1], values);
                count += values;
            }

            var factor = 1 / Math.Sqrt((deviation / count) + g.Epsilon);
            for (var c = group * perGroup; c < (group + 1) * perGroup; c++)
            {
                var affine = g.Affine + ((long)statistic * 2 * g.Channels) + c;
                affine[0] = (float)(g.Scale[c] * factor);
                affine[g.Channels] = (float)(g.Shift[c] - (mean * g.Scale[c] * factor));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply(void* context, int task, int worker)
    {
        ref readonly var g = ref *(GroupNormArguments*)context;
        var first = task % g.Chunks * RowsPerChunk;
        var rows = Math.Min(RowsPerChunk, g.Rows - first);
        var offset = (((long)(task / g.Chunks) * g.Rows) + first) * g.Channels;
        var factor = g.Affine + ((long)(task / g.Chunks) * 2 * g.Channels);
        var shift = factor + g.Channels;
        for (var r = 0; r < rows; r++)
        {
            var x = g.X + offset + ((long)r * g.Channels);
            var y = g.Y + offset + ((long)r * g.Channels);
            var c = 0;
            for (; c <= g.Channels - TIsa.Width; c += TIsa.Width)
            {
                var value = TIsa.MultiplyAdd(TIsa.Load(x + c), TIsa.Load(factor + c), TIsa.Load(shift + c));
                TIsa.Store(y + c, VectorMath<TIsa, V>.Activate(value, g.Activation));
            }

            if (c < g.Channels)
            {
                var rest = g.Channels - c;
                var value = TIsa.MultiplyAdd(Partial<TIsa, V>.Load(x + c, rest), Partial<TIsa, V>.Load(factor + c, rest), Partial<TIsa, V>.Load(shift + c, rest));
                Partial<TIsa, V>.Store(y + c, VectorMath<TIsa, V>.Activate(value, g.Activation), rest);
            }
        }
    }
}
