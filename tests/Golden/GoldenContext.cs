using VideoGrain.Diffusion;
using VideoGrain.Tensors;
#if TORCH
using VideoGrain.Tensors.Torch;
#else
using VideoGrain.Tensors.Cpu;
#endif

[assembly: AssemblyFixture(typeof(VideoGrain.Golden.GoldenContext))]

namespace VideoGrain.Golden;

/// <summary>What all cases of a run share: the engine, the models, each loaded once, and the report, printed when the run ends.</summary>
public sealed class GoldenContext : IDisposable
{
    /// <summary>A file that takes the error of every single comparison, such as of each step of an edit; unset for none.</summary>
    public const string ReportVariable = "VIDEOGRAIN_GOLDEN_REPORT";

    private readonly Dictionary<string, StableDiffusion> _models = new(StringComparer.Ordinal);

#if TORCH
    private static readonly TorchPrecision Precision = Environment.GetEnvironmentVariable("VIDEOGRAIN_TORCH_PRECISION") switch
    {
        null or "" or "fp32" => TorchPrecision.Float32,
        "fp16" => TorchPrecision.Float16,
        "bf16" => TorchPrecision.BFloat16,
        var other => throw new ArgumentException($"VIDEOGRAIN_TORCH_PRECISION is {other}; known are fp32, fp16 and bf16"),
    };

    public IEngine Engine { get; } = new TorchEngine(new TorchEngineOptions { Device = Device(), Precision = Precision });

    public GoldenReport Report { get; } = new(Precision switch
    {
        TorchPrecision.Float16 => PrecisionBounds.Float16,
        TorchPrecision.BFloat16 => PrecisionBounds.BFloat16,
        _ => null,
    });
#else
    public IEngine Engine { get; } = new CpuEngine();

    public GoldenReport Report { get; } = new();
#endif

    /// <summary>The model that a case names.</summary>
    public StableDiffusion Model(GoldenCase golden)
    {
        var folder = golden.FindModel();
        if (!_models.TryGetValue(folder, out var model)) _models.Add(folder, model = StableDiffusion.Load(folder, Engine));
        return model;
    }

    /// <summary>A (b, c, f, h, w) tensor of a case as [b * f, h, w, c].</summary>
    public Tensor UploadClip(GoldenCase golden, string name)
    {
        var s = golden.Shape(name);
        return Engine.Upload(ClipLayout.ToImages(golden.Floats(name), s), s[0] * s[2], s[3], s[4], s[1]);
    }

    /// <summary>A tensor of a case under its own shape.</summary>
    public Tensor Upload(GoldenCase golden, string name) => Engine.Upload(golden.Floats(name), golden.Shape(name));

    /// <summary>All elements of a tensor.</summary>
    public float[] Download(Tensor tensor)
    {
        var values = new float[tensor.ElementCount];
        Engine.Download(tensor, values);
        return values;
    }

    /// <summary>Compares [b * f, h, w, c] with a (b, c, f, h, w) tensor of the case.</summary>
    public void CompareClip(GoldenCase golden, string name, Tensor actual) => CompareClip(golden, name, Download(actual));

    /// <summary>Compares [b * f, h, w, c] with a (b, c, f, h, w) tensor of the case.</summary>
    public void CompareClip(GoldenCase golden, string name, ReadOnlySpan<float> actual) =>
        Report.Compare(golden, name, actual, ClipLayout.ToImages(golden.Floats(name), golden.Shape(name)));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var model in _models.Values) model.Dispose();
        Engine.Dispose();
        Console.WriteLine(Report.Summary());
        if (Environment.GetEnvironmentVariable(ReportVariable) is { Length: > 0 } file) File.WriteAllText(file, Report.Table());
    }
#if TORCH

    private static int Device() =>
        Environment.GetEnvironmentVariable("VIDEOGRAIN_TORCH_DEVICE") is { Length: > 0 } device
            ? int.Parse(device, System.Globalization.CultureInfo.InvariantCulture)
            : TorchEngineOptions.Cpu;
#endif
}
