using System.Globalization;
using VideoGrain.Tensors.Torch;

namespace VideoGrain.Tensors.Tests;

/// <summary>
/// The pass for the rows' extremes in half precision, at the sizes of Stable Diffusion's heads and with rows and keys that fill no tile: by the project's own kernel on
/// the CUDA device that VIDEOGRAIN_TORCH_DEVICE names, else by the library on the processor.
/// </summary>
public sealed class RowRangesTests
{
    private const string DeviceVariable = "VIDEOGRAIN_TORCH_DEVICE";

    // Queries, keys, heads, size.
    private static readonly (int Queries, int Keys, int Heads, int Size)[] Shapes =
        [(65, 65, 8, 40), (1, 1, 1, 40), (300, 513, 2, 40), (257, 128, 1, 40), (300, 77, 3, 80), (130, 1000, 1, 80), (333, 97, 2, 160), (70, 140, 2, 64), (40, 70, 1, 256), (9, 20, 2, 8)];

    private static int Device => Environment.GetEnvironmentVariable(DeviceVariable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : TorchEngineOptions.Cpu;

    [Theory]
    [InlineData(TorchPrecision.Float16, 2e-3)]
    [InlineData(TorchPrecision.BFloat16, 2e-2)]
    public void RowRanges_AnyShape_AreThoseOfAllScores(TorchPrecision precision, double processorTolerance)
    {
        const int Batch = 2;
        const float Scale = 0.2f, KernelTolerance = 1e-5f;
        using var engine = Make(precision);
        foreach (var (queries, keys, heads, size) in Shapes)
        {
            using var scope = engine.BeginScope();
            var q = engine.Upload(Numbers.Random(1, Batch * queries * heads * size, 2), Batch, queries, heads * size);
            var k = engine.Upload(Numbers.Random(2, Batch * keys * heads * size, 2), Batch, keys, heads * size);
            float[] left = engine.Values(q), right = engine.Values(k);
            var expected = new double[Batch * heads * queries];
            for (var row = 0; row < expected.Length; row++)
            {
                var (entry, head, query) = (row / queries / heads, row / queries % heads, row % queries);
                var scores = Reference.Scores(left, right, entry, entry, queries, keys, heads, size, Scale, head, query);
                expected[row] = scores.Max() - scores.Min();
            }

            Numbers.AssertClose(expected, engine.Values(engine.RowRanges(q, k, heads, Scale)), Device < 0 ? processorTolerance * 4 : KernelTolerance);
        }

        Assert.Null(engine.Fallback);
    }

    [Theory]
    [InlineData(TorchPrecision.Float16, 0.006)]
    [InlineData(TorchPrecision.BFloat16, 0.04)]
    public void LayoutAttention_HeadsOfEverySize_StaysNearTheFormula(TorchPrecision precision, double tolerance)
    {
        const int Batch = 2;
        using var engine = Make(precision);
        using var exact = new TorchEngine(new TorchEngineOptions { Device = TorchEngineOptions.Cpu, Precision = TorchPrecision.Float32 });
        foreach (var (queries, keys, heads, size) in Shapes)
        {
            float[] q = Numbers.Random(1, Batch * queries * heads * size), k = Numbers.Random(2, Batch * keys * heads * size), v = Numbers.Random(3, Batch * keys * heads * size);
            var modulation = new LayoutModulation(
                [.. Enumerable.Range(0, queries).Select(i => (ulong)(i % 4))],
                [.. Enumerable.Range(0, keys).Select(i => (ulong)(i % 4))],
                [.. Enumerable.Range(0, queries).Select(i => i % 5 * 0.2f)]);

            Assert.InRange(Run(engine).Zip(Run(exact), (half, full) => Math.Abs(half - full)).Max(), 0, tolerance);

            float[] Run(TorchEngine on)
            {
                using var scope = on.BeginScope();
                return on.Values(on.LayoutAttention(
                    on.Upload(q, Batch, queries, heads * size), on.Upload(k, Batch, keys, heads * size), on.Upload(v, Batch, keys, heads * size), heads, 1 / MathF.Sqrt(size), modulation));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(299)]
    public void LayoutAttention_KeyThatIsNoNumber_ShowsInEveryResult(int bad)
    {
        // The kernel's greatest and least pass over it; the attention behind it must not.
        const int Queries = 70, Keys = 300, Size = 40;
        using var engine = Make(TorchPrecision.Float16);
        using var scope = engine.BeginScope();
        var k = Numbers.Random(2, Keys * Size);
        k[bad * Size] = float.NaN;
        var modulation = new LayoutModulation(
            [.. Enumerable.Range(0, Queries).Select(i => (ulong)(i % 4))],
            [.. Enumerable.Range(0, Keys).Select(i => (ulong)(i % 4))],
            [.. Enumerable.Range(0, Queries).Select(i => i % 5 * 0.25f)]);
        var y = engine.LayoutAttention(
            engine.Upload(Numbers.Random(1, Queries * Size), 1, Queries, Size), engine.Upload(k, 1, Keys, Size), engine.Upload(Numbers.Random(3, Keys * Size), 1, Keys, Size), 1, 0.16f, modulation);

        Assert.False(engine.AllFinite(y));
        Assert.All(engine.Values(y), value => Assert.True(float.IsNaN(value)));
    }

    private static TorchEngine Make(TorchPrecision precision) => new(new TorchEngineOptions { Device = Device, Precision = precision });
}
