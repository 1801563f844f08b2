using System.Diagnostics;
using VideoGrain.Tensors;

namespace VideoGrain.Gpu.Benchmarks;

/// <summary>Times the engine's operations one by one, on the device's clock.</summary>
internal static class Kernels
{
    private const double Tera = 1e12, Giga = 1e9;
    private const int Groups = 32;
    private const float Epsilon = 1e-5f;

    /// <summary>Runs.</summary>
    public static int Run(GpuOptions options)
    {
        using var engine = options.CreateEngine();
        Console.WriteLine($"{DeviceInfo.Name(options.Device)}, {engine.Name}");
        Console.WriteLine($"{"operation",-44} {"ms",9} {"TFLOP/s",9} {"GB/s",8} {"host ms",9}");
        var run = new KernelRun(engine, options.Tiny ? 16 : 1);
        foreach (var (tokens, heads, size) in new[] { (4096, 8, 40), (1024, 8, 80), (256, 8, 160) })
        {
            run.Attention(options.Frames, tokens, heads, size, layout: false);
            run.Attention(options.Frames, tokens, heads, size, layout: true);
        }

        run.CrossAttention(2 * options.Frames, 4096, 77, 8, 40);
        if (options.AttentionOnly) return 0;
        foreach (var (width, side) in new[] { (320, 64), (640, 32), (1280, 16) })
        {
            run.Conv(2 * options.Frames, side, width, width);
            run.GroupNorm(2, options.Frames, side * side, width);
            run.Linear(2 * options.Frames * side * side, width, width);
            run.Geglu(2 * options.Frames * side * side, width, 4 * width);
            run.LayerNorm(2 * options.Frames * side * side, width);
        }

        run.Conv(2 * options.Frames, 64, 4, 320);
        run.Conv(2 * options.Frames, 64, 960, 320);
        run.GroupNorm(2 * options.Frames, 1, 4096, 320);
        run.Conv(1, 512, 128, 128);
        run.GroupNorm(1, 1, 512 * 512, 128);
        run.VaeAttention(4096, 512);
        run.Copies(2 * options.Frames * 4096, 320);
        return 0;
    }

    /// <summary>Operations of one engine.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="divisor">Factor by which images and numbers of tokens are smaller than said.</param>
    private sealed class KernelRun(Tensors.Torch.TorchEngine engine, int divisor)
    {
        private const int Repeats = 5, Warmups = 2;
        private static readonly TimeSpan Enough = TimeSpan.FromSeconds(1);

        private static readonly float[] Table = [.. Enumerable.Range(0, 65521).Select(_ => (System.Random.Shared.NextSingle() * 2) - 1)];

        private readonly int _bytes = engine.Name.EndsWith("fp32", StringComparison.Ordinal) ? 4 : 2;

        public void Attention(int frames, int tokens, int heads, int size, bool layout)
        {
            tokens /= divisor;
            var count = frames * tokens;
            var modulation = layout ? Modulation(count) : null;
            foreach (var branches in layout ? new[] { 2 } : [1, 2])
            {
                using var scope = engine.BeginScope();
                var (q, k, v) = (Random(branches, count, heads * size), Random(branches, count, heads * size), Random(branches, count, heads * size));
                var scale = 1 / MathF.Sqrt(size);
                Time(
                    $"{(layout ? "ST-Layout " : "")}attention {branches} x {frames}x{tokens} tokens, {heads}x{size}",
                    4.0 * branches * count * count * heads * size,
                    4.0 * branches * count * heads * size,
                    () => modulation is null ? engine.Attention(q, k, v, heads, scale) : engine.LayoutAttention(q, k, v, heads, scale, modulation));
            }
        }

        public void CrossAttention(int images, int tokens, int keys, int heads, int size)
        {
            tokens /= divisor;
            using var scope = engine.BeginScope();
            var (q, k, v) = (Random(2, images / 2 * tokens, heads * size), Random(2, keys, heads * size), Random(2, keys, heads * size));
            double count = images * tokens;
            var scale = 1 / MathF.Sqrt(size);
            Time(
                $"cross-attention {images}x{tokens} tokens, {keys} keys, {heads}x{size}", 4 * count * keys * heads * size, 2 * count * heads * size,
                () => engine.Attention(q, k, v, heads, scale));
            var modulation = new LayoutModulation(
                [.. Enumerable.Range(0, q[1]).Select(i => (ulong)(i % 3))], [.. Enumerable.Range(0, keys).Select(i => (ulong)(i % 3))], [.. Enumerable.Repeat(0.3f, q[1])]);
            Time(
                $"ST-Layout cross-attention {images}x{tokens} tokens", 4 * count * keys * heads * size, 2 * count * heads * size,
                () => engine.LayoutAttention(q, k, v, heads, scale, modulation));
        }

        public void VaeAttention(int tokens, int size)
        {
            tokens /= divisor;
            using var scope = engine.BeginScope();
            var (q, k, v) = (Random(1, tokens, size), Random(1, tokens, size), Random(1, tokens, size));
            Time($"attention {tokens} tokens, 1x{size}", 4.0 * tokens * tokens * size, 4.0 * tokens * size, () => engine.Attention(q, k, v, 1, 0.05f));
        }

        public void Conv(int images, int side, int inputs, int outputs)
        {
            if (divisor > 1) side = Math.Max(side / 4, 8);
            using var scope = engine.BeginScope();
            using var weight = engine.PackConv(Host(outputs, inputs, 3, 3), Host(outputs), 1, Padding2d.Symmetric(1));
            var x = Random(images, side, side, inputs);
            double pixels = images * side * side;
            Time($"conv 3x3 {images} x {side}x{side}, {inputs} -> {outputs}", 18 * pixels * inputs * outputs, pixels * (inputs + outputs), () => engine.Conv2d(x, weight));
        }

        public void Linear(int rows, int inputs, int outputs)
        {
            rows /= divisor;
            using var scope = engine.BeginScope();
            using var weight = engine.PackLinear(Host(outputs, inputs), Host(outputs));
            var x = Random(rows, inputs);
            Time($"linear {rows}x{inputs} -> {outputs}", 2.0 * rows * inputs * outputs, (double)rows * (inputs + outputs), () => engine.Linear(x, weight));
        }

        public void Geglu(int rows, int inputs, int outputs)
        {
            rows /= divisor;
            using var scope = engine.BeginScope();
            using var weight = engine.PackLinear(Host(2 * outputs, inputs), Host(2 * outputs));
            var x = Random(rows, inputs);
            Time($"GEGLU {rows}x{inputs} -> {outputs}", 4.0 * rows * inputs * outputs, (double)rows * (inputs + outputs), () => engine.LinearGeglu(x, weight));
        }

        public void GroupNorm(int statistics, int images, int tokens, int channels)
        {
            tokens /= divisor;
            using var scope = engine.BeginScope();
            using var weight = engine.PackNorm(Host(channels), Host(channels));
            var x = Random(statistics * images, tokens, channels);
            Time(
                $"group norm + SiLU {statistics} x {images}x{tokens}, {channels}", 0, 2.0 * statistics * images * tokens * channels,
                () => engine.GroupNorm(x, weight, Groups, Epsilon, images, Activation.Silu));
        }

        public void LayerNorm(int rows, int channels)
        {
            rows /= divisor;
            using var scope = engine.BeginScope();
            using var weight = engine.PackNorm(Host(channels), Host(channels));
            var x = Random(rows, channels);
            Time($"layer norm {rows}x{channels}", 0, 2.0 * rows * channels, () => engine.LayerNorm(x, weight, Epsilon));
        }

        public void Copies(int rows, int channels)
        {
            rows /= divisor;
            using var scope = engine.BeginScope();
            var x = Random(rows, channels);
            Time($"scaling {rows}x{channels}", 0, 2.0 * rows * channels, () => engine.Affine(x, 0.5f));
            Time($"concatenation {rows}x{channels} twice", 0, 4.0 * rows * channels, () => engine.ConcatChannels(x, x));
        }

        private void Time(string name, double operations, double elements, Func<Tensor> call)
        {
            for (var i = 0; i < Warmups; i++) call().Dispose();
            engine.TakeTimes();
            var (began, calls) = (Stopwatch.GetTimestamp(), 0);
            do
            {
                call().Dispose();
                calls++;
            }
            while (calls < Repeats && Stopwatch.GetElapsedTime(began) < Enough);
            var host = Stopwatch.GetElapsedTime(began).TotalSeconds / calls;
            var seconds = (engine.TakeTimes() is { } times ? times.Total.TotalSeconds : Stopwatch.GetElapsedTime(began).TotalSeconds) / calls;
            Console.WriteLine(
                $"{name,-44} {seconds * 1000,9:F3} {(operations == 0 ? "" : $"{operations / seconds / Tera:F2}"),9} {elements * _bytes / seconds / Giga,8:F0} {host * 1000,9:F3}");
        }

        private Tensor Random(params int[] shape)
        {
            // Gigabytes of numbers: a table of a prime length over and over, so that no two rows are alike.
            var values = new float[shape.Aggregate(1, (product, size) => product * size)];
            for (var start = 0; start < values.Length; start += Table.Length)
                Table.AsSpan(0, Math.Min(Table.Length, values.Length - start)).CopyTo(values.AsSpan(start));
            return engine.Upload(values, shape);
        }

        private static HostTensor Host(params int[] shape)
        {
            var count = shape.Aggregate(1, (product, size) => product * size);
            var reach = shape.Length == 1 ? 1 : 1 / MathF.Sqrt(count / (float)shape[0]);
            var random = new System.Random(count);
            var values = new float[count];
            for (var i = 0; i < count; i++) values[i] = ((random.NextSingle() * 2) - 1) * reach;
            var bytes = new byte[count * sizeof(float)];
            Buffer.BlockCopy(values, 0, bytes, 0, bytes.Length);
            return new HostTensor(ElementType.Float32, shape, bytes);
        }

        private static LayoutModulation Modulation(int count)
        {
            var regions = new ulong[count];
            for (var i = 0; i < count; i++) regions[i] = (ulong)(i / 16 % 4 % 3);
            return new LayoutModulation(regions, regions, [.. Enumerable.Repeat(0.2f, count)]);
        }
    }
}
