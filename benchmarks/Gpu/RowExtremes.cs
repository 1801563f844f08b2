using System.Diagnostics;
using System.Globalization;
using VideoGrain.Tensors;
using VideoGrain.Tensors.Torch;

namespace VideoGrain.Gpu.Benchmarks;

/// <summary>The rows' extremes of ST-Layout attention: are they right, and how fast is the kernel for them beside the library.</summary>
internal static class RowExtremes
{
    // Sums are fp32, so this is all that the order of adding up explains.
    private const double Bound = 2e-5;

    private const double Tera = 1e12;
    private const int Batch = 2, Repeats = 3;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(1);

    // Tiles that are filled and such that are not, and every width of head there is a tile for.
    private static readonly (int Queries, int Keys, int Heads, int Size)[] Shapes =
    [
        (65, 65, 8, 40), (1000, 1000, 8, 40), (777, 777, 3, 80), (333, 333, 2, 160), (300, 77, 8, 40), (64, 1290, 2, 64), (129, 500, 1, 128), (50, 100, 1, 256), (70, 70, 2, 8),
    ];

    /// <summary>Runs; 0 when the kernel ran and every number lies within its bound.</summary>
    public static int Run(GpuOptions options)
    {
        if (options.LibraryOnly || options.Only == TorchPrecision.Float32)
        {
            Console.Error.WriteLine("extremes: the kernel is for fp16 and bf16, and --library-only leaves it out");
            return 2;
        }

        var failures = 0;
        foreach (var precision in options.Only is { } only ? new[] { only } : [TorchPrecision.Float16, TorchPrecision.BFloat16])
        {
            using TorchEngine own = options.CreateEngine(precision), library = options.CreateEngine(precision, ownKernels: false);
            Console.WriteLine($"{DeviceInfo.Name(options.Device)}, {own.Name}");
            foreach (var (queries, keys, heads, size) in Shapes)
                failures += Right(own, library, queries, keys, heads, size) ? 0 : 1;
            if (options.Device >= 0 && own.Fallback is { } reason)
            {
                failures++;
                Console.WriteLine($"the kernel did not run: {reason}");
            }

            Console.WriteLine($"{"row extremes",-44} {"kernel ms",9} {"TFLOP/s",9} {"library",9} {"TFLOP/s",9} {"ratio",6}");
            foreach (var (tokens, heads, size) in new[] { (4096, 8, 160), (16384, 8, 80), (65536, 8, 40) }) Time(own, library, options.Tiny ? tokens / 64 : tokens, heads, size);
        }

        Console.WriteLine(failures == 0 ? "row extremes: all within bounds" : $"row extremes: {failures} FAILED");
        return failures == 0 ? 0 : 1;
    }

    // Against sums in double precision of the operands as the device holds them.
    private static bool Right(TorchEngine own, TorchEngine library, int queries, int keys, int heads, int size)
    {
        const float Scale = 0.16f;
        float[] q = Numbers(1, Batch * queries * heads * size), k = Numbers(2, Batch * keys * heads * size);
        var (actual, rounded) = Ranges(own);
        var expected = new float[Batch * heads * queries];
        Parallel.For(0, expected.Length, row =>
        {
            var (entry, head, query) = (row / queries / heads, row / queries % heads, row % queries);
            var (most, least) = (double.NegativeInfinity, double.PositiveInfinity);
            for (var key = 0; key < keys; key++)
            {
                double sum = 0;
                for (var i = 0; i < size; i++)
                    sum += (double)rounded.Q[(((((entry * queries) + query) * heads) + head) * size) + i] * rounded.K[(((((entry * keys) + key) * heads) + head) * size) + i];
                (most, least) = (Math.Max(most, sum), Math.Min(least, sum));
            }

            expected[row] = (float)((most - least) * Scale);
        });
        double difference = Differences.Between(expected, actual).Relative, other = Differences.Between(expected, Ranges(library).Values).Relative;

        // The library rounds what it multiplies and every score; it is the only one on the processor.
        var bound = own.Fallback is null && !own.Name.Contains("cpu", StringComparison.Ordinal) ? Bound : 2e-2;
        Console.WriteLine(
            $"{$"{queries} x {keys}, {heads}x{size}",-24} relative error {difference:E1} [{bound:E0}] {(difference <= bound ? "ok" : "FAILED")}, the library's {other:E1}");
        return difference <= bound;

        (float[] Values, (float[] Q, float[] K) Rounded) Ranges(TorchEngine engine)
        {
            using var scope = engine.BeginScope();
            Tensor a = engine.Upload(q, Batch, queries, heads * size), b = engine.Upload(k, Batch, keys, heads * size);
            return (Values(engine, engine.RowRanges(a, b, heads, Scale)), (Values(engine, a), Values(engine, b)));
        }
    }

    private static void Time(TorchEngine own, TorchEngine library, int tokens, int heads, int size)
    {
        var operations = 2.0 * Batch * tokens * tokens * heads * size;
        var table = Numbers(3, Batch * tokens * heads * size);
        double kernel = Seconds(own), products = Seconds(library);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{$"{Batch} x {tokens} tokens, {heads}x{size}",-44} {kernel * 1000,9:F3} {operations / kernel / Tera,9:F1} {products * 1000,9:F3} {operations / products / Tera,9:F1} {products / kernel,6:F1}"));

        double Seconds(TorchEngine engine)
        {
            using var scope = engine.BeginScope();
            Tensor q = engine.Upload(table, Batch, tokens, heads * size), k = engine.Upload(table, Batch, tokens, heads * size);
            engine.RowRanges(q, k, heads, 1).Dispose();
            engine.TakeTimes();
            var (began, calls) = (Stopwatch.GetTimestamp(), 0);
            do
            {
                engine.RowRanges(q, k, heads, 1).Dispose();
                calls++;
            }
            while (calls < Repeats && Stopwatch.GetElapsedTime(began) < Enough);
            var device = engine.TakeTimes()?.Total;
            return (device ?? Stopwatch.GetElapsedTime(began)).TotalSeconds / calls;
        }
    }

    private static float[] Numbers(int seed, int count)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++) values[i] = (random.NextSingle() * 4) - 2;
        return values;
    }

    private static float[] Values(TorchEngine engine, Tensor tensor)
    {
        var values = new float[tensor.ElementCount];
        engine.Download(tensor, values);
        return values;
    }
}
