using System.Runtime.CompilerServices;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>
/// Trajectory attention with the heads in the lanes. A query meets few keys, each somewhere else, so there are no runs of keys to put in lanes, and the heads
/// may be small. But all heads of a token lie together: reordered from (head, element) to (element, head), a vector holds the same one or two elements of every head, and
/// one multiply-add per vector scores a key for all heads at once. Needs as many heads as a vector has lanes, or half as many; then the two halves of the sum are added.
/// </summary>
internal static unsafe class HeadLaneAttention<TIsa, V>
    where TIsa : struct, IVectorIsa<V>
    where V : unmanaged
{
    private const int TokensPerTask = 64;

    /// <summary>Whether the number of heads fits the vectors.</summary>
    public static bool Fits(int heads) => heads == TIsa.Width || 2 * heads == TIsa.Width;

    /// <summary>Runs the attention.</summary>
    public static void Run(CpuEngine engine, ref SelectedAttentionArguments arguments)
    {
        var stride = Stride(arguments);
        arguments.QueryBlocks = (arguments.Queries + TokensPerTask - 1) / TokensPerTask;
        arguments.KeyBlocks = (arguments.Keys + TokensPerTask - 1) / TokensPerTask;
        arguments.ScratchStride = (2L * stride) + ((long)arguments.Width * TIsa.Width);
        arguments.Scratch = engine.Scratch(arguments.ScratchStride);
        var tokens = (long)arguments.Batch * arguments.Keys;
        using var keys = engine.RentWorkspace(tokens * stride * sizeof(float));
        using var values = engine.RentWorkspace(tokens * stride * sizeof(float));
        arguments.PackedKeys = keys.Pointer;
        arguments.PackedValues = values.Pointer;
        fixed (SelectedAttentionArguments* pinned = &arguments)
        {
            engine.Workers.Run(&PackTask, pinned, checked(arguments.Batch * arguments.KeyBlocks));
            engine.Workers.Run(&RunTask, pinned, checked(arguments.Batch * arguments.QueryBlocks));
        }
    }

    private static int Stride(in SelectedAttentionArguments g) => ((g.Heads * g.Size) + TIsa.Width - 1) / TIsa.Width * TIsa.Width;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackTask(void* context, int task, int worker)
    {
        ref readonly var g = ref *(SelectedAttentionArguments*)context;
        var first = task % g.KeyBlocks * TokensPerTask;
        var stride = Stride(g);
        for (var key = first; key < Math.Min(first + TokensPerTask, g.Keys); key++)
        {
            var token = ((long)(task / g.KeyBlocks) * g.Keys) + key;
            Reorder(g, g.K + (token * g.Heads * g.Size), g.PackedKeys + (token * stride), stride, 1);
            Reorder(g, g.V + (token * g.Heads * g.Size), g.PackedValues + (token * stride), stride, 1);
        }
    }

    /// <summary>From (head, element) to (element, head), with zeros to the end of the last vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Reorder(in SelectedAttentionArguments g, float* token, float* packed, int stride, float scale)
    {
        for (var head = 0; head < g.Heads; head++)
        {
            for (var i = 0; i < g.Size; i++) packed[(i * g.Heads) + head] = token[(head * g.Size) + i] * scale;
        }

        for (var i = g.Heads * g.Size; i < stride; i++) packed[i] = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTask(void* context, int task, int worker)
    {
        ref readonly var g = ref *(SelectedAttentionArguments*)context;
        var batch = task / g.QueryBlocks;
        var first = task % g.QueryBlocks * TokensPerTask;
        var stride = Stride(g);
        var channels = g.Heads * g.Size;
        var query = g.Scratch + (worker * g.ScratchStride);
        var result = query + stride;
        var scores = result + stride;
        var keys = g.PackedKeys + ((long)batch * g.Keys * stride);
        var values = g.PackedValues + ((long)batch * g.Keys * stride);
        for (var row = first; row < Math.Min(first + TokensPerTask, g.Queries); row++)
        {
            var token = (((long)batch * g.Queries) + row) * channels;
            var indices = g.Indices + ((long)row * g.Width);
            Reorder(g, g.Q + token, query, stride, g.Scale * Exp2Polynomial.Log2E);
            var factor = Softmax(indices, g.Width, query, keys, stride, scores, 2 * g.Heads == TIsa.Width);
            AddValues(indices, g.Width, scores, values, stride, factor, result);
            for (var head = 0; head < g.Heads; head++)
            {
                for (var i = 0; i < g.Size; i++) g.Y[token + (head * g.Size) + i] = result[(i * g.Heads) + head];
            }
        }
    }

    /// <summary>Turns the listed keys' scores into unnormalised probabilities, one vector a key, and returns the normalising factors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static V Softmax(int* indices, int width, float* query, float* keys, int stride, float* scores, bool halves)
    {
        var max = TIsa.Broadcast(float.NegativeInfinity);
        for (var j = 0; j < width; j++)
        {
            if (indices[j] == KeySelection.None) continue;
            var key = keys + ((long)indices[j] * stride);
            var score = TIsa.Broadcast(0);
            for (var i = 0; i < stride; i += TIsa.Width) score = TIsa.MultiplyAdd(TIsa.Load(query + i), TIsa.Load(key + i), score);
            if (halves) score = TIsa.Add(score, TIsa.SwapHalves(score));
            max = TIsa.Max(max, score);
            TIsa.Store(scores + (j * TIsa.Width), score);
        }

        var sum = TIsa.Broadcast(0);
        for (var j = 0; j < width; j++)
        {
            if (indices[j] == KeySelection.None) continue;
            var p = TIsa.Exp2(TIsa.Subtract(TIsa.Load(scores + (j * TIsa.Width)), max));
            sum = TIsa.Add(sum, p);
            TIsa.Store(scores + (j * TIsa.Width), p);
        }

        return TIsa.Divide(TIsa.Broadcast(1), sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddValues(int* indices, int width, float* probabilities, float* values, int stride, V factor, float* result)
    {
        for (var i = 0; i < stride; i += TIsa.Width)
        {
            var sum = TIsa.Broadcast(0);
            for (var j = 0; j < width; j++)
            {
                if (indices[j] == KeySelection.None) continue;
                sum = TIsa.MultiplyAdd(TIsa.Load(probabilities + (j * TIsa.Width)), TIsa.Load(values + ((long)indices[j] * stride) + i), sum);
            }

            TIsa.Store(result + i, TIsa.Multiply(sum, factor));
        }
    }
}
