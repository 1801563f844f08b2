using System.Diagnostics;
using System.Text.Json;
using VideoGrain.Bench.Models;
using VideoGrain.Bench.Profiling;
using VideoGrain.Diffusion;
using VideoGrain.Editing;
using VideoGrain.Tensors;
using VideoGrain.Tensors.Torch;

namespace VideoGrain.Gpu.Benchmarks;

/// <summary>A whole edit with random weights: encode, invert, denoise two regions, decode.</summary>
internal sealed class EditBenchmark
{
    // What the project promises on a Hopper GPU for 16 frames of 512 x 512 and 50 + 50 steps.
    private const double MostSeconds = 30, MostGigabytes = 16;
    private const double Tera = 1e12;
    private const string Encode = "encode", Invert = "inversion", Modulated = "denoising, modulated", Plain = "denoising, not modulated", Decode = "decode";

    private readonly GpuOptions _options;
    private readonly TorchEngine _engine;
    private readonly Dictionary<string, PartTimes> _parts = [];
    private readonly RgbClip _clip;
    private long _mostMemory;

    private EditBenchmark(GpuOptions options, TorchEngine engine) =>
        (_options, _engine, _clip) = (options, engine, SampleEdit.Clip(options.Frames, options.Side));

    /// <summary>Runs.</summary>
    public static int Run(GpuOptions options)
    {
        using var engine = options.CreateEngine();
        using var folders = new ModelFolders(options.Model);
        Console.WriteLine($"{DeviceInfo.Name(options.Device)}, {engine.Name}: {options.Frames} frames of {options.Side} x {options.Side}, {options.Steps} + {options.Steps} steps" +
            $"{(options.ControlNet ? ", ControlNet" : "")}{(options.Tiny ? ", tiny networks" : "")}");
        var began = Stopwatch.GetTimestamp();
        var unet = options.Tiny ? new UNetShape([64, 128, 128, 128], 64, 32) : UNetShape.StableDiffusion;
        var folder = folders.Whole(
            unet,
            options.Tiny ? VaeShape.Tiny : VaeShape.StableDiffusion,
            options.Tiny ? TextShape.Tiny(unet.TextWidth) : TextShape.StableDiffusion,
            options.ControlNet ? new ControlNetShape(unet) : null);
        Console.WriteLine($"weights written in {Lap(ref began):F1} s");
        using var model = StableDiffusion.Load(folder, engine);
        Console.WriteLine($"{model.WeightBytes / 1e9:F2} GB of weights loaded in {Lap(ref began):F1} s");
        ModelFolders.Delete(folder);

        var benchmark = new EditBenchmark(options, engine);
        if (options.WarmupSteps > 0)
        {
            benchmark.Warm(model);
            Console.WriteLine($"warm-up of {options.WarmupSteps} + {options.WarmupSteps} steps: {Lap(ref began):F1} s");
        }

        benchmark.Measure(model);
        benchmark.Report();
        return 0;
    }

    private void Warm(StableDiffusion model)
    {
        // The same operations as later, for one step each: their number is what a step's time is held against.
        var counter = new TimingEngine(_engine);
        var counted = model.Bind(counter);
        Edit(counted, Settings(_options.WarmupSteps) with { ModulatedSteps = 1 }, part =>
        {
            var operations = OperationCount.Of(counter.Tallies);
            if (part == Decode) Part(part).Add(operations);
            else Part(part).Operations = operations;
            counter.Clear();
        });
        foreach (var part in _parts.Values)
        {
            part.Steps.Clear();
            part.Device.Clear();
            part.DeviceSteps = 0;
            part.Seconds = 0;
        }
    }

    private void Measure(StableDiffusion model)
    {
        _engine.TakeTimes();
        Edit(model, Settings(_options.Steps), _ => { });
    }

    private EditOptions Settings(int steps) => new()
    {
        Steps = steps,
        SourcePrompt = SampleEdit.Source,
        ControlType = _options.ControlNet ? StableDiffusion.DefaultControlNet : "",
    };

    private void Edit(StableDiffusion model, EditOptions settings, Action<string> onPart)
    {
        var control = _options.ControlNet ? _clip : null;
        var began = Stopwatch.GetTimestamp();
        var timeline = new EditTimeline(model.Schedule, settings);

        // A run's first step reports how long it took, so what came before it is the rest.
        InversionResult inverted = new InversionLoop(model, TimeProvider.System).Run(
            new InversionRequest { Clip = _clip, Options = settings, Control = control },
            step => Step(step, Encode, Invert, ref began, onPart));
        new EditLoop(model, TimeProvider.System).Run(
            SampleEdit.Request(inverted, settings, control, _options.Side),
            step => Step(step, Invert, timeline.Strength(step.Index) > 0 ? Modulated : Plain, ref began, onPart),
            (_, _) => Finish(Decode, ref began, onPart));
    }

    private void Step(StepProgress step, string before, string part, ref long began, Action<string> onPart)
    {
        var seconds = step.Elapsed.TotalSeconds;
        var total = Lap(ref began);
        if (step.Index == 0) Part(before).Seconds += total - seconds;
        Part(part).Steps.Add(seconds);
        Part(part).Seconds += step.Index == 0 ? seconds : total;
        var times = _engine.TakeTimes();

        // The first reading of a run holds the encoder's time too.
        if (step.Index > 0) Part(part).Add(times);
        Sample();
        onPart(part);
    }

    private void Finish(string part, ref long began, Action<string> onPart)
    {
        Part(part).Seconds += Lap(ref began);
        Part(part).Add(_engine.TakeTimes());
        Sample();
        onPart(part);
    }

    private void Sample() => _mostMemory = Math.Max(_mostMemory, _engine.ReadMemory()?.Reserved ?? 0);

    private void Report()
    {
        var total = _parts.Values.Sum(part => part.Seconds);
        Console.WriteLine();
        Console.WriteLine($"{"part",-26} {"s",8} {"steps",6} {"median s",9} {"device s",9} {"TFLOP",9} {"TFLOP/s",8}");
        foreach (var (name, part) in _parts)
        {
            var device = part.Device.Values.Sum();
            var operations = part.Operations.Values.Sum();
            var share = part.Steps.Count == 0 ? part.Seconds : part.MedianStep;
            Console.WriteLine(
                $"{name,-26} {part.Seconds,8:F2} {part.Steps.Count,6} {part.MedianStep,9:F4} {device,9:F2} {operations / Tera,9:F2} {(share > 0 ? operations / share / Tera : 0),8:F1}");
        }

        foreach (var (name, part) in _parts.Where(pair => pair.Value is { Steps.Count: > 0, DeviceSteps: > 0 }))
        {
            Console.WriteLine($"\n{name}, a step:   {"device ms",9} {"share",6} {"TFLOP",8} {"TFLOP/s",8}");
            var device = part.Device.Values.Sum();
            foreach (var group in DeviceTimes.Groups)
            {
                var (seconds, operations) = (part.Device.GetValueOrDefault(group) / part.DeviceSteps, part.Operations.GetValueOrDefault(group));
                if (seconds == 0) continue;
                Console.WriteLine(
                    $"  {group,-26} {seconds * 1000,9:F2} {seconds * part.DeviceSteps / device,6:P0} {operations / Tera,8:F3} {operations / seconds / Tera,8:F1}");
            }
        }

        var gigabytes = _mostMemory / 1e9;
        Console.WriteLine($"\nmost device memory {gigabytes:F2} GB (all users, after any step), of activations {_engine.PeakBytesInUse / 1e9:F2} GB");
        Console.WriteLine($"whole edit {total:F2} s: {Verdict(total, MostSeconds)} the {MostSeconds} s, {Verdict(gigabytes, MostGigabytes)} the {MostGigabytes} GB of the goal");
        if (_options.Json is { } file) Write(file, total);
    }

    private static string Verdict(double value, double most) => value <= most ? "within" : "above";

    private void Write(string file, double total)
    {
        var figures = new
        {
            device = DeviceInfo.Name(_options.Device),
            engine = _engine.Name,
            frames = _options.Frames,
            side = _options.Side,
            steps = _options.Steps,
            controlNet = _options.ControlNet,
            seconds = total,
            deviceBytes = _mostMemory,
            activationBytes = _engine.PeakBytesInUse,
            parts = _parts.Select(pair => new
            {
                name = pair.Key,
                seconds = pair.Value.Seconds,
                steps = pair.Value.Steps,
                deviceSeconds = pair.Value.Device.ToDictionary(group => group.Key.ToString(), group => group.Value),
                operationsOfAStep = pair.Value.Operations.ToDictionary(group => group.Key.ToString(), group => group.Value),
            }),
        };
        File.WriteAllText(file, JsonSerializer.Serialize(figures, new JsonSerializerOptions { WriteIndented = true }));
    }

    private PartTimes Part(string name)
    {
        if (!_parts.TryGetValue(name, out var part)) _parts.Add(name, part = new PartTimes());
        return part;
    }

    private static double Lap(ref long began)
    {
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        began = Stopwatch.GetTimestamp();
        return seconds;
    }
}
