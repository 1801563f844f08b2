using System.Runtime.CompilerServices;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>Element-wise and row-wise operations. They are bound by memory; tasks are runs of elements or rows.</summary>
internal static unsafe class Pointwise<TIsa, V>
    where TIsa : struct, IVectorIsa<V>
    where V : unmanaged
{
    private const int ElementsPerTask = 1 << 14;

    /// <summary>y = activation(a).</summary>
    public static void Activate(CpuEngine engine, ref PointwiseArguments arguments) => Elements(engine, ref arguments, &ActivateTask);

    /// <summary>y = alpha * a + beta * b, where b repeats with its period.</summary>
    public static void Combine(CpuEngine engine, ref PointwiseArguments arguments) => Elements(engine, ref arguments, &CombineTask);

    /// <summary>y = alpha * a + beta.</summary>
    public static void Affine(CpuEngine engine, ref PointwiseArguments arguments) => Elements(engine, ref arguments, &AffineTask);

    /// <summary>Sets Found where an element of a is not finite.</summary>
    public static void FindNonFinite(CpuEngine engine, ref PointwiseArguments arguments) => Elements(engine, ref arguments, &FindNonFiniteTask);

    /// <summary>y = c * a + (1 - c) * b per row, with one c a row.</summary>
    public static void Blend(CpuEngine engine, ref PointwiseArguments arguments) => Rows(engine, ref arguments, &BlendTask);

    /// <summary>y = first half of a * GELU(second half), per row of 2 * width elements.</summary>
    public static void Geglu(CpuEngine engine, ref PointwiseArguments arguments) => Rows(engine, ref arguments, &GegluTask);

    /// <summary>Layer normalisation of rows, scale in b, shift in c, epsilon in beta.</summary>
    public static void LayerNorm(CpuEngine engine, ref PointwiseArguments arguments) => Rows(engine, ref arguments, &LayerNormTask);

    private static void Elements(CpuEngine engine, ref PointwiseArguments arguments, delegate*<void*, int, int, void> body)
    {
        fixed (PointwiseArguments* pinned = &arguments)
            engine.Workers.Run(body, pinned, checked((int)((arguments.Count + ElementsPerTask - 1) / ElementsPerTask)));
    }

    private static void Rows(CpuEngine engine, ref PointwiseArguments arguments, delegate*<void*, int, int, void> body)
    {
        var rows = RowsPerTask(arguments.Width);
        fixed (PointwiseArguments* pinned = &arguments)
            engine.Workers.Run(body, pinned, checked((int)((arguments.Count + rows - 1) / rows)));
    }

    private static int RowsPerTask(int width) => Math.Max(1, ElementsPerTask / Math.Max(1, width));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ActivateTask(void* context, int task, int worker)
    {
        ref readonly var p = ref *(PointwiseArguments*)context;
        var i = (long)task * ElementsPerTask;
        var end = Math.Min(i + ElementsPerTask, p.Count);
        for (; i <= end - TIsa.Width; i += TIsa.Width) TIsa.Store(p.Y + i, VectorMath<TIsa, V>.Activate(TIsa.Load(p.A + i), p.Activation));
        if (i == end) return;
        var rest = (int)(end - i);
        Partial<TIsa, V>.Store(p.Y + i, VectorMath<TIsa, V>.Activate(Partial<TIsa, V>.Load(p.A + i, rest), p.Activation), rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CombineTask(void* context, int task, int worker)
    {
        ref readonly var p = ref *(PointwiseArguments*)context;
        V alpha = TIsa.Broadcast(p.Alpha), beta = TIsa.Broadcast(p.Beta);
        var i = (long)task * ElementsPerTask;
        var end = Math.Min(i + ElementsPerTask, p.Count);
        while (i < end)
        {
            // A run ends where b starts again.
            var j = i % p.Period;
            var runEnd = Math.Min(end, i + (p.Period - j));
            for (; i <= runEnd - TIsa.Width; i += TIsa.Width, j += TIsa.Width)
                TIsa.Store(p.Y + i, TIsa.MultiplyAdd(alpha, TIsa.Load(p.A + i), TIsa.Multiply(beta, TIsa.Load(p.B + j))));
            if (i == runEnd) continue;
            var rest = (int)(runEnd - i);
            var value = TIsa.MultiplyAdd(alpha, Partial<TIsa, V>.Load(p.A + i, rest), TIsa.Multiply(beta, Partial<TIsa, V>.Load(p.B + j, rest)));
            Partial<TIsa, V>.Store(p.Y + i, value, rest);
            i = runEnd;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AffineTask(void* context, int task, int worker)
    {
        ref readonly var p = ref *(PointwiseArguments*)context;
        V alpha = TIsa.Broadcast(p.Alpha), beta = TIsa.Broadcast(p.Beta);
        var i = (long)task * ElementsPerTask;
        var end = Math.Min(i + ElementsPerTask, p.Count);
        for (; i <= end - TIsa.Width; i += TIsa.Width) TIsa.Store(p.Y + i, TIsa.MultiplyAdd(alpha, TIsa.Load(p.A + i), beta));
        if (i == end) return;
        var rest = (int)(end - i);
        Partial<TIsa, V>.Store(p.Y + i, TIsa.MultiplyAdd(alpha, Partial<TIsa, V>.Load(p.A + i, rest), beta), rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FindNonFiniteTask(void* context, int task, int worker)
    {
        // 0 * x is 0 for a finite x and NaN for any other, and NaN stays in a sum.
        ref var p = ref *(PointwiseArguments*)context;
        var zero = TIsa.Broadcast(0);
        var sum = zero;
        var i = (long)task * ElementsPerTask;
        var end = Math.Min(i + ElementsPerTask, p.Count);
        for (; i <= end - TIsa.Width; i += TIsa.Width) sum = TIsa.MultiplyAdd(TIsa.Load(p.A + i), zero, sum);
        if (i < end) sum = TIsa.MultiplyAdd(Partial<TIsa, V>.Load(p.A + i, (int)(end - i)), zero, sum);
        if (float.IsNaN(TIsa.Sum(sum))) Volatile.Write(ref p.Found, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BlendTask(void* context, int task, int worker)
    {
        ref readonly var p = ref *(PointwiseArguments*)context;
        var rows = RowsPerTask(p.Width);
        var end = Math.Min(((long)task + 1) * rows, p.Count);
        for (var row = (long)task * rows; row < end; row++)
        {
            float* a = p.A + (row * p.Width), b = p.B + (row * p.Width), y = p.Y + (row * p.Width);
            V mask = TIsa.Broadcast(p.C[row]), rest = TIsa.Broadcast(1 - p.C[row]);
            var i = 0;
            for (; i <= p.Width - TIsa.Width; i += TIsa.Width)
                TIsa.Store(y + i, TIsa.MultiplyAdd(mask, TIsa.Load(a + i), TIsa.Multiply(rest, TIsa.Load(b + i))));
            for (; i < p.Width; i++) y[i] = (p.C[row] * a[i]) + ((1 - p.C[row]) * b[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GegluTask(void* context, int task, int worker)
    {
        ref readonly var p = ref *(PointwiseArguments*)context;
        var rows = RowsPerTask(p.Width);
        var end = Math.Min(((long)task + 1) * rows, p.Count);
        for (var row = (long)task * rows; row < end; row++)
        {
            float* value = p.A + (2 * row * p.Width), gate = value + p.Width, y = p.Y + (row * p.Width);
            var i = 0;
            for (; i <= p.Width - TIsa.Width; i += TIsa.Width)
                TIsa.Store(y + i, TIsa.Multiply(TIsa.Load(value + i), VectorMath<TIsa, V>.Gelu(TIsa.Load(gate + i))));
            if (i == p.Width) continue;
            var rest = p.Width - i;
            var last = TIsa.Multiply(Partial<TIsa, V>.Load(value + i, rest), VectorMath<TIsa, V>.Gelu(Partial<TIsa, V>.Load(gate + i, rest)));
            Partial<TIsa, V>.Store(y + i, last, rest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LayerNormTask(void* context, int task, int worker)
    {
        ref readonly var p = ref *(PointwiseArguments*)context;
        var rows = RowsPerTask(p.Width);
        var end = Math.Min(((long)task + 1) * rows, p.Count);
        var tail = p.Width % TIsa.Width;
        var body = p.Width - tail;
        for (var row = (long)task * rows; row < end; row++)
        {
            float* x = p.A + (row * p.Width), y = p.Y + (row * p.Width);
            var sum = TIsa.Broadcast(0);
            for (var i = 0; i < body; i += TIsa.Width) sum = TIsa.Add(sum, TIsa.Load(x + i));
            if (tail != 0) sum = TIsa.Add(sum, Partial<TIsa, V>.Load(x + body, tail));
            var mean = TIsa.Sum(sum) / p.Width;

            // The row is in the cache: a second look at it gives the variance without cancellation.
            var center = TIsa.Broadcast(mean);
            var squares = TIsa.Broadcast(0);
            for (var i = 0; i < body; i += TIsa.Width)
            {
                var d = TIsa.Subtract(TIsa.Load(x + i), center);
                squares = TIsa.MultiplyAdd(d, d, squares);
            }

            var variance = TIsa.Sum(squares);
            for (var i = body; i < p.Width; i++) variance += (x[i] - mean) * (x[i] - mean);
            var factor = TIsa.Broadcast(1 / MathF.Sqrt((variance / p.Width) + p.Beta));
            for (var i = 0; i < body; i += TIsa.Width)
            {
                var value = TIsa.Multiply(TIsa.Subtract(TIsa.Load(x + i), center), factor);
                TIsa.Store(y + i, TIsa.MultiplyAdd(value, TIsa.Load(p.B + i), TIsa.Load(p.C + i)));
            }

            if (tail == 0) continue;
            var last = TIsa.Multiply(TIsa.Subtract(Partial<TIsa, V>.Load(x + body, tail), center), factor);
            last = TIsa.MultiplyAdd(last, Partial<TIsa, V>.Load(p.B + body, tail), Partial<TIsa, V>.Load(p.C + body, tail));
            Partial<TIsa, V>.Store(y + body, last, tail);
        }
    }
}
