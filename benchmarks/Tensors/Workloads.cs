using System.Runtime.InteropServices;

namespace VideoGrain.Tensors.Benchmarks;

/// <summary>The kernel calls that matter: Stable Diffusion 1.5 at 64x64 latents, and the demonstration model.</summary>
internal static class Workloads
{
    public static IReadOnlyList<Workload> All { get; } =
    [
        Linear("GEMM 2048^3", 2048, 2048, 2048),
        Linear("linear 4096x320 -> 320", 4096, 320, 320),
        Linear("linear 1024x640 -> 640", 1024, 640, 640),
        Linear("linear 256x1280 -> 1280", 256, 1280, 1280),
        Linear("linear 256x1280 -> 1280, fp16 weights", 256, 1280, 1280, ElementType.Float16),
        Linear("linear 8192x48 -> 48", 8192, 48, 48),
        Geglu("geglu 4096x320 -> 1280", 4096, 320, 1280),
        Geglu("geglu 1024x640 -> 2560", 1024, 640, 2560),
        Geglu("geglu 1024x640 -> 2560, fp16 weights", 1024, 640, 2560, ElementType.Float16),
        Geglu("geglu 8192x48 -> 192", 8192, 48, 192),
        Conv("conv 3x3 320 @ 64x64", 1, 64, 320, 320),
        Conv("conv 3x3 640 @ 32x32", 1, 32, 640, 640),
        Conv("conv 3x3 1280 @ 16x16", 1, 16, 1280, 1280),
        Conv("conv 3x3 1280 @ 8x8", 1, 8, 1280, 1280),
        Conv("conv 3x3 1280 @ 16x16, fp16 weights", 1, 16, 1280, 1280, ElementType.Float16),
        Conv("conv 3x3 1280 @ 8x8, fp16 weights", 1, 8, 1280, 1280, ElementType.Float16),
        Conv("conv 3x3 48 @ 32 x 16x16", 32, 16, 48, 48),
        Conv("conv 3x3 4 -> 48 @ 32 x 16x16", 32, 16, 4, 48),
        Attention("attention 8x40, 4096", 1, 4096, 4096, 8, 40),
        Attention("attention 8x80, 3072", 1, 3072, 3072, 8, 80),
        Attention("attention 8x160, 768", 1, 768, 768, 8, 160),
        Attention("attention 8x40, 4096 x 77 text", 1, 4096, 77, 8, 40),
        Attention("attention 8x6, 4096", 1, 4096, 4096, 8, 6),
        Attention("attention 8x8, 1024 (2 branches)", 2, 1024, 1024, 8, 8),
        Attention("attention 8x12, 256 (2 branches)", 2, 256, 256, 8, 12),
        Attention("attention 8x6, 4096 x 77 text (2)", 2, 4096, 77, 8, 6),
        Layout("layout attention 8x40, 4096", 1, 4096, 8, 40),
        Layout("layout attention 8x80, 3072", 1, 3072, 8, 80),
        Layout("layout attention 8x6, 4096", 1, 4096, 8, 6),
        Selected("trajectory attention 8x6, 4096 x 16", 4096, 16, 8, 6),
        Norm("group norm + SiLU 320 @ 16 x 32x32", 16, 32, 320, 32),
        Norm("group norm + SiLU 48 @ 32 x 16x16", 32, 16, 48, 8),
        Pointwise("layer norm 8192x48"),
    ];

    private static Workload Linear(string name, int rows, int inputs, int outputs, ElementType weights = ElementType.Float32) => new(name, 2.0 * rows * inputs * outputs, engine =>
    {
        var x = Random(engine, rows, inputs);
        var weight = engine.PackLinear(Host(weights, outputs, inputs), Host(outputs));
        return () => engine.Linear(x, weight);
    });

    private static Workload Geglu(string name, int rows, int inputs, int half, ElementType weights = ElementType.Float32) => new(name, 4.0 * rows * inputs * half, engine =>
    {
        var x = Random(engine, rows, inputs);
        var weight = engine.PackLinear(Host(weights, 2 * half, inputs), Host(2 * half));
        return () => engine.LinearGeglu(x, weight);
    });

    private static Workload Conv(string name, int images, int side, int inputs, int outputs, ElementType weights = ElementType.Float32) => new(name, 18.0 * images * side * side * inputs * outputs, engine =>
    {
        var x = Random(engine, images, side, side, inputs);
        var weight = engine.PackConv(Host(weights, outputs, inputs, 3, 3), Host(outputs), 1, Padding2d.Symmetric(1));
        return () => engine.Conv2d(x, weight);
    });

    private static Workload Attention(string name, int batch, int queries, int keys, int heads, int size) => new(name, 4.0 * batch * heads * queries * (double)keys * size, engine =>
    {
        Tensor q = Random(engine, batch, queries, heads * size), k = Random(engine, batch, keys, heads * size), v = Random(engine, batch, keys, heads * size);
        return () => engine.Attention(q, k, v, heads, 1 / MathF.Sqrt(size));
    });

    private static Workload Layout(string name, int batch, int tokens, int heads, int size) => new(name, 4.0 * batch * heads * tokens * (double)tokens * size, engine =>
    {
        Tensor q = Random(engine, batch, tokens, heads * size), k = Random(engine, batch, tokens, heads * size), v = Random(engine, batch, tokens, heads * size);
        var regions = new ulong[tokens];
        var strength = new float[tokens];
        for (var i = 0; i < tokens; i++)
        {
            regions[i] = i / 5 % 3 == 0 ? 0UL : 1UL << (i / 5 % 3);
            strength[i] = 0.3f;
        }

        var modulation = new LayoutModulation(regions, regions, strength);
        return () => engine.LayoutAttention(q, k, v, heads, 1 / MathF.Sqrt(size), modulation);
    });

    private static Workload Selected(string name, int tokens, int width, int heads, int size) => new(name, 4.0 * tokens * width * heads * size, engine =>
    {
        Tensor q = Random(engine, 1, tokens, heads * size), k = Random(engine, 1, tokens, heads * size), v = Random(engine, 1, tokens, heads * size);
        var random = new Random(1);
        var indices = new int[tokens * width];
        for (var i = 0; i < indices.Length; i++) indices[i] = random.Next(tokens);
        var selection = new KeySelection(tokens, width, indices);
        return () => engine.SelectedAttention(q, k, v, heads, 1 / MathF.Sqrt(size), selection);
    });

    private static Workload Norm(string name, int images, int side, int channels, int groups) => new(name, 8.0 * images * side * side * channels, engine =>
    {
        var x = Random(engine, images, side, side, channels);
        var weight = engine.PackNorm(Host(channels), Host(channels));
        return () => engine.GroupNorm(x, weight, groups, 1e-5f, images, Activation.Silu);
    });

    private static Workload Pointwise(string name) => new(name, 8.0 * 8192 * 48, engine =>
    {
        var x = Random(engine, 8192, 48);
        var weight = engine.PackNorm(Host(48), Host(48));
        return () => engine.LayerNorm(x, weight, 1e-5f);
    });

    private static Tensor Random(IEngine engine, params int[] shape) => engine.Upload(Values(shape), shape);

    private static HostTensor Host(params int[] shape) => Host(ElementType.Float32, shape);

    private static HostTensor Host(ElementType type, params int[] shape)
    {
        var values = Values(shape);
        return new HostTensor(
            type,
            shape,
            type == ElementType.Float16 ? MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, v => (Half)v)).ToArray() : MemoryMarshal.AsBytes<float>(values).ToArray());
    }

    private static float[] Values(int[] shape)
    {
        var random = new Random(shape.Length);
        var values = new float[shape.Aggregate(1, (a, b) => a * b)];
        for (var i = 0; i < values.Length; i++) values[i] = (random.NextSingle() * 2) - 1;
        return values;
    }
}
