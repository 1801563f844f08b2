using VideoGrain.Bench.Models;
using VideoGrain.Diffusion;
using VideoGrain.Editing;
using VideoGrain.Tensors;
using VideoGrain.Tensors.Cpu;
using VideoGrain.Tensors.Torch;

namespace VideoGrain.Gpu.Benchmarks;

/// <summary>Compares the engine in every precision with the CPU engine, on the demonstration model.</summary>
internal static class Check
{
    private const int Side = 128, Steps = 10, Branches = 2, Timestep = 601;

    private const string WholeRun = "latents after a whole";

    // How much further than one step's error that of all steps together may be.
    private const double StepsFactor = 5;

    private static readonly (string Name, TorchPrecision Precision, double Relative, double Psnr)[] Bounds =
    [
        ("fp32", TorchPrecision.Float32, 1e-4, 50),
        ("fp16", TorchPrecision.Float16, 1e-2, 28),
        ("bf16", TorchPrecision.BFloat16, 8e-2, 18),
    ];

    private static readonly (int Queries, int Keys, int Heads, int Size)[] Shapes =
        [(1000, 1000, 8, 40), (65, 65, 8, 40), (777, 777, 3, 80), (333, 333, 2, 160), (300, 513, 8, 40), (500, 77, 8, 20), (640, 640, 8, 6)];

    /// <summary>Runs; 0 when everything lies within its bound.</summary>
    public static int Run(GpuOptions options)
    {
        using var folders = new ModelFolders(options.Model);
        var trained = Directory.Exists(Path.Combine(options.Model, "unet"));
        var folder = trained ? options.Model : folders.Whole(new UNetShape([64, 128, 128, 128], 64, 32), VaeShape.Tiny, TextShape.Tiny(64), control: null);
        using var reference = new CpuEngine();
        Console.WriteLine($"{DeviceInfo.Name(options.Device)} against {reference.Name}, {(trained ? "the demonstration model" : "random weights")}");
        Console.WriteLine("relative error = root of the ratio of sums of squares; bounds in brackets");
        var expected = Results(reference, folder, options.Frames, given: null);
        using var decoder = StableDiffusion.Load(folder, reference);
        var failures = 0;
        foreach (var (name, precision, relative, psnr) in Bounds)
        {
            if (options.Only is { } only && only != precision) continue;
            using var engine = options.CreateEngine(precision);
            var actual = Results(engine, folder, options.Frames, expected);
            foreach (var (what, values) in expected.Values)
            {
                var difference = Differences.Between(values, actual.Values[what]);
                var bound = what.StartsWith(WholeRun, StringComparison.Ordinal) ? StepsFactor * relative : relative;
                var holds = difference.Relative <= bound;
                failures += holds ? 0 : 1;
                Console.WriteLine(
                    $"{name}  {what,-40} largest {difference.Largest:E2}, mean {difference.Mean:E2}, relative {difference.Relative:E2} [{bound:E0}] {(holds ? "ok" : "FAILED")}");
            }

            var quality = Differences.Psnr(Pixels(decoder, expected.Edited), Pixels(decoder, actual.Edited));
            failures += quality >= psnr ? 0 : 1;
            Console.WriteLine($"{name}  {$"frames of an edit, {Steps} + {Steps} steps",-40} {quality:F1} dB [{psnr}] {(quality >= psnr ? "ok" : "FAILED")}");
        }

        Console.WriteLine(failures == 0 ? "all within bounds" : $"{failures} outside their bounds");
        return failures == 0 ? 0 : 1;
    }

    private static CheckResults Results(IEngine engine, string folder, int frames, CheckResults? given)
    {
        var values = new Dictionary<string, float[]>();
        using var model = StableDiffusion.Load(folder, engine);
        foreach (var (queries, keys, heads, size) in Shapes)
            values.Add($"ST-Layout attention {queries} x {keys}, {heads}x{size}", Layout(engine, queries, keys, heads, size));
        values.Add("group norm around a large mean", Norm(engine));
        values.Add("UNet step", UNetStep(model, frames));

        var options = new EditOptions { Steps = Steps, SourcePrompt = SampleEdit.Source };
        var inverted = new InversionLoop(model, TimeProvider.System).Run(
            new InversionRequest { Clip = SampleEdit.Clip(frames, Side), Options = options });
        values.Add("source latents", inverted.Source.Values);
        values.Add($"{WholeRun} inversion", inverted.Inverted.Values);

        // What follows starts from the reference's latents, so that every line shows its own part's error; the whole edit comes last.
        var start = given?.Inverted ?? inverted;
        var steps = new List<LatentClip>();
        new EditLoop(model, TimeProvider.System).Run(SampleEdit.Request(start, options, control: null, Side), step => steps.Add(step.Latents));
        values.Add("latents after a modulated step", steps[0].Values);
        values.Add($"{WholeRun} edit", steps[^1].Values);
        values.Add("decoded frames", FrameDecoder.DecodeValues(model, given?.Edited ?? steps[^1], 0, frames));
        return new CheckResults(values, inverted, steps[^1]);
    }

    private static byte[] Pixels(StableDiffusion decoder, LatentClip latents)
    {
        var pixels = new List<byte>();
        FrameDecoder.Decode(decoder, latents, (_, batch) => pixels.AddRange(batch.Pixels.Span));
        return [.. pixels];
    }

    private static float[] Layout(IEngine engine, int queries, int keys, int heads, int size)
    {
        const int Batch = 2;
        using var scope = engine.BeginScope();
        Tensor q = Random(engine, 1, Batch, queries, heads * size), k = Random(engine, 2, Batch, keys, heads * size), v = Random(engine, 3, Batch, keys, heads * size);
        var modulation = new LayoutModulation(
            [.. Enumerable.Range(0, queries).Select(i => (ulong)(i / 7 % 4))],
            [.. Enumerable.Range(0, keys).Select(i => (ulong)(i / 7 % 4))],
            [.. Enumerable.Range(0, queries).Select(i => i % 5 * 0.2f)]);
        return Values(engine, engine.LayoutAttention(q, k, v, heads, 1 / MathF.Sqrt(size), modulation));
    }

    private static float[] Norm(IEngine engine)
    {
        const int Images = 4, Pixels = 16, Channels = 64, Groups = 16;
        const float Mean = 20;
        using var scope = engine.BeginScope();
        var ones = new HostTensor(ElementType.Float32, [Channels], Bytes([.. Enumerable.Repeat(1f, Channels)]));
        var zeros = new HostTensor(ElementType.Float32, [Channels], Bytes(new float[Channels]));
        using var weight = engine.PackNorm(ones, zeros);

        // Sixteenths lie on every precision's grid at this size, so that only the norm itself is compared.
        var random = new Random(4);
        var values = new float[Images * Pixels * Pixels * Channels];
        for (var i = 0; i < values.Length; i++) values[i] = Mean + (i % Channels / 4 % 3) + (random.Next(-8, 9) / 8f);
        return Values(engine, engine.GroupNorm(engine.Upload(values, Images, Pixels, Pixels, Channels), weight, Groups, 1e-5f, 2));
    }

    private static float[] UNetStep(StableDiffusion model, int frames)
    {
        var (engine, side) = (model.Engine, Side / model.Vae.Downscale);
        using var scope = engine.BeginScope();
        var latents = Random(engine, 5, Branches * frames, side, side, model.UNet.LatentChannels);
        return Values(engine, model.UNet.Forward(latents, Branches, frames, Timestep, model.EncodePrompts("", SampleEdit.Source)));
    }

    private static Tensor Random(IEngine engine, int seed, params int[] shape)
    {
        var random = new Random(seed);
        var values = new float[shape.Aggregate(1, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++) values[i] = (random.NextSingle() * 4) - 2;
        return engine.Upload(values, shape);
    }

    private static float[] Values(IEngine engine, Tensor tensor)
    {
        var values = new float[tensor.ElementCount];
        engine.Download(tensor, values);
        return values;
    }

    private static byte[] Bytes(float[] values)
    {
        var bytes = new byte[values.Length * sizeof(float)];
        Buffer.BlockCopy(values, 0, bytes, 0, bytes.Length);
        return bytes;
    }

    private sealed record CheckResults(Dictionary<string, float[]> Values, InversionResult Inverted, LatentClip Edited);
}
