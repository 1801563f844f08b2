namespace VideoGrain.Bench.Cases;

/// <summary>The single kernels: sizes of Stable Diffusion 1.5 and of the demonstration model.</summary>
internal static class KernelCases
{
    /// <summary>Keys of a prompt.</summary>
    public const int TextTokens = 77;

    /// <summary>The cases; <paramref name="divisor"/> makes all of them smaller, for trying the program out.</summary>
    public static IReadOnlyList<WorkCase> All(int divisor)
    {
        int D(int size) => Math.Max(size / divisor, 4);
        WorkCase[] cases =
        [
            Linear(D(2048), D(2048), D(2048), "GEMM"),
            Linear(D(4096), D(320), D(320)),
            Linear(D(1024), D(640), D(640)),
            Linear(D(256), D(1280), D(1280)),
            Linear(D(4096), D(1280), D(320)),
            Geglu(D(4096), D(320), D(1280)),
            Geglu(D(1024), D(640), D(2560)),
            Conv(1, D(64), D(320)),
            Conv(1, D(32), D(640)),
            Conv(1, D(16), D(1280)),
            Conv(1, D(8), D(1280)),
            Conv(6, D(32), D(320)),
            Conv(32, D(16), D(48)),
            Attention(8, 40, D(4096), D(4096)),
            Attention(8, 40, D(12288), D(12288)),
            Attention(8, 80, D(3072), D(3072)),
            Attention(8, 160, D(768), D(768)),
            Attention(8, 40, D(4096), TextTokens),
            Attention(8, 6, D(4096), D(4096)),
            Attention(8, 6, D(4096), TextTokens),
            Layout(8, 40, D(4096)),
            Layout(8, 40, D(12288)),
            Layout(8, 80, D(3072)),
            Layout(8, 160, D(768)),
            Layout(8, 6, D(4096)),
        ];

        // Made small, two of them may be the same.
        return [.. cases.DistinctBy(work => work.Name)];
    }

    /// <summary>Name of the plain attention that an ST-Layout case is compared with.</summary>
    public static string PlainNameOf(WorkCase layout) => AttentionName(layout["heads"], layout["size"], layout["queries"], layout["keys"]);

    private static WorkCase Linear(int rows, int inputs, int outputs, string name = "linear") => new()
    {
        Name = $"{name} {rows}x{inputs} -> {outputs}",
        Kind = "linear",
        Sizes = new() { ["rows"] = rows, ["inputs"] = inputs, ["outputs"] = outputs },
        Operations = 2.0 * rows * inputs * outputs,
    };

    private static WorkCase Geglu(int rows, int inputs, int outputs) => new()
    {
        Name = $"GEGLU {rows}x{inputs} -> {outputs}",
        Kind = "geglu",
        Sizes = new() { ["rows"] = rows, ["inputs"] = inputs, ["outputs"] = outputs },
        Operations = 4.0 * rows * inputs * outputs,
    };

    private static WorkCase Conv(int images, int side, int channels) => new()
    {
        Name = $"conv 3x3 {channels} @ {(images == 1 ? "" : $"{images} x ")}{side}x{side}",
        Kind = "conv",
        Sizes = new() { ["images"] = images, ["side"] = side, ["channels"] = channels },
        Operations = 18.0 * images * side * side * channels * channels,
    };

    private static WorkCase Attention(int heads, int size, int queries, int keys) => new()
    {
        Name = AttentionName(heads, size, queries, keys),
        Kind = "attention",
        Sizes = AttentionSizes(heads, size, queries, keys),
        Operations = 4.0 * heads * size * queries * (double)keys,
    };

    private static WorkCase Layout(int heads, int size, int tokens) => new()
    {
        Name = $"ST-Layout {AttentionName(heads, size, tokens, tokens)}",
        Kind = "layout",
        Sizes = AttentionSizes(heads, size, tokens, tokens),
        Operations = 4.0 * heads * size * tokens * (double)tokens,
    };

    private static Dictionary<string, int> AttentionSizes(int heads, int size, int queries, int keys) =>
        new() { ["heads"] = heads, ["size"] = size, ["queries"] = queries, ["keys"] = keys };

    private static string AttentionName(int heads, int size, int queries, int keys) => $"attention {heads}x{size}, {queries}{(keys == queries ? "" : $" x {keys}")}";
}
