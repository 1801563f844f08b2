using System.Runtime.CompilerServices;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>
/// Attention of each query to a short list of keys (trajectory attention), for any number of heads. A query's listed keys are visited where they lie; the scores of all heads
/// go to scratch, one row a head, and are turned into probabilities there.
/// </summary>
internal static unsafe class SelectedAttention<TIsa, V>
    where TIsa : struct, IVectorIsa<V>
    where V : unmanaged
{
    private const int QueriesPerTask = 32;

    /// <summary>Runs the attention.</summary>
    public static void Run(CpuEngine engine, ref SelectedAttentionArguments arguments)
    {
        if (HeadLaneAttention<TIsa, V>.Fits(arguments.Heads))
        {
            HeadLaneAttention<TIsa, V>.Run(engine, ref arguments);
            return;
        }

        arguments.QueryBlocks = (arguments.Queries + QueriesPerTask - 1) / QueriesPerTask;
        arguments.ScratchStride = (long)RowStride(arguments.Width) * arguments.Heads;
        arguments.Scratch = engine.Scratch(arguments.ScratchStride);
        fixed (SelectedAttentionArguments* pinned = &arguments)
            engine.Workers.Run(&RunTask, pinned, checked(arguments.Batch * arguments.QueryBlocks));
    }

    private static int RowStride(int width) => (width + TIsa.Width - 1) / TIsa.Width * TIsa.Width;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTask(void* context, int task, int worker)
    {
        ref readonly var g = ref *(SelectedAttentionArguments*)context;
        var scores = g.Scratch + (worker * g.ScratchStride);
        var batch = task / g.QueryBlocks;
        var first = task % g.QueryBlocks * QueriesPerTask;
        var channels = g.Heads * g.Size;
        for (var query = first; query < Math.Min(first + QueriesPerTask, g.Queries); query++)
        {
            var offset = (((long)batch * g.Queries) + query) * channels;
            var indices = g.Indices + ((long)query * g.Width);
            var keys = (long)batch * g.Keys * channels;
            Score(g, indices, g.Q + offset, g.K + keys, scores);
            for (var head = 0; head < g.Heads; head++) Softmax(scores + (head * RowStride(g.Width)), g.Width);
            AddValues(g, indices, scores, g.V + keys, g.Y + offset);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Score(in SelectedAttentionArguments g, int* indices, float* q, float* k, float* scores)
    {
        var stride = RowStride(g.Width);
        var scale = g.Scale * Exp2Polynomial.Log2E;
        var channels = g.Heads * g.Size;
        for (var j = 0; j < stride; j++)
        {
            var index = j < g.Width ? indices[j] : KeySelection.None;
            var key = k + ((long)Math.Max(index, 0) * channels);
            for (var head = 0; head < g.Heads; head++)
            {
                scores[(head * stride) + j] = index == KeySelection.None
                    ? float.NegativeInfinity
                    : scale * Dot(q + (head * g.Size), key + (head * g.Size), g.Size);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Dot(float* a, float* b, int length)
    {
        var i = 0;
        float result = 0;
        if (length >= TIsa.Width)
        {
            var sum = TIsa.Broadcast(0);
            for (; i <= length - TIsa.Width; i += TIsa.Width) sum = TIsa.MultiplyAdd(TIsa.Load(a + i), TIsa.Load(b + i), sum);
            result = TIsa.Sum(sum);
        }

        for (; i < length; i++) result += a[i] * b[i];
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax(float* row, int width)
    {
        var max = TIsa.Load(row);
        for (var i = TIsa.Width; i < width; i += TIsa.Width) max = TIsa.Max(max, TIsa.Load(row + i));
        var offset = TIsa.Broadcast(TIsa.MaxElement(max));
        var sum = TIsa.Broadcast(0);
        for (var i = 0; i < width; i += TIsa.Width)
        {
            var p = TIsa.Exp2(TIsa.Subtract(TIsa.Load(row + i), offset));
            sum = TIsa.Add(sum, p);
            TIsa.Store(row + i, p);
        }

        var factor = TIsa.Broadcast(1 / TIsa.Sum(sum));
        for (var i = 0; i < width; i += TIsa.Width) TIsa.Store(row + i, TIsa.Multiply(TIsa.Load(row + i), factor));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddValues(in SelectedAttentionArguments g, int* indices, float* probabilities, float* v, float* y)
    {
        var stride = RowStride(g.Width);
        var channels = g.Heads * g.Size;
        new Span<float>(y, channels).Clear();
        for (var j = 0; j < g.Width; j++)
        {
            if (indices[j] == KeySelection.None) continue;
            var value = v + ((long)indices[j] * channels);
            for (var head = 0; head < g.Heads; head++)
            {
                var p = probabilities[(head * stride) + j];
                var factor = TIsa.Broadcast(p);
                float* from = value + (head * g.Size), to = y + (head * g.Size);
                var i = 0;
                for (; i <= g.Size - TIsa.Width; i += TIsa.Width) TIsa.Store(to + i, TIsa.MultiplyAdd(factor, TIsa.Load(from + i), TIsa.Load(to + i)));
                for (; i < g.Size; i++) to[i] += p * from[i];
            }
        }
    }
}
