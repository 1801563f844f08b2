using System.Globalization;
using VideoGrain.Tensors.Torch;

namespace VideoGrain.Gpu.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record GpuOptions
{
    /// <summary>CUDA device; -1 for the processor.</summary>
    public int Device { get; private init; }

    /// <summary>Precision of activations and weights.</summary>
    public TorchPrecision Precision { get; private init; }

    /// <summary>The only precision that is checked; null for all.</summary>
    public TorchPrecision? Only { get; private init; }

    /// <summary>The demonstration model.</summary>
    public string Model { get; private init; } = Path.Combine("models", "toybox");

    /// <summary>Frames of the clip.</summary>
    public int Frames { get; private init; } = 16;

    /// <summary>Rows and columns of a frame.</summary>
    public int Side { get; private init; } = 512;

    /// <summary>Inversion and denoising steps.</summary>
    public int Steps { get; private init; } = 50;

    /// <summary>The same of the run that comes first and is not measured; 0 for none.</summary>
    public int WarmupSteps { get; private init; } = 2;

    /// <summary>With a ControlNet.</summary>
    public bool ControlNet { get; private init; }

    /// <summary>Without kernels of the project's own.</summary>
    public bool LibraryOnly { get; private init; }

    /// <summary>Times attention only.</summary>
    public bool AttentionOnly { get; private init; }

    /// <summary>Small sizes, to try the program itself.</summary>
    public bool Tiny { get; private init; }

    /// <summary>File for figures.</summary>
    public string? Json { get; private init; }

    /// <summary>Reads the command line.</summary>
    /// <exception cref="ArgumentException">It says something that is not understood.</exception>
    public static GpuOptions Parse(string[] words)
    {
        var options = new GpuOptions();
        for (var i = 0; i < words.Length; i++)
        {
            var name = words[i];
            options = name switch
            {
                "--controlnet" => options with { ControlNet = true },
                "--library-only" => options with { LibraryOnly = true },
                "--attention-only" => options with { AttentionOnly = true },
                "--device" => options with { Device = Number(-1, 64) },
                "--precision" => WithPrecision(options, PrecisionOf(Value())),
                "--model" => options with { Model = Value() },
                "--frames" => options with { Frames = Number(1, 256) },
                "--side" => options with { Side = Number(64, 2048) },
                "--steps" => options with { Steps = Number(1, 999) },
                "--warmup-steps" => options with { WarmupSteps = Number(0, 999) },
                "--size" => options with { Tiny = Value() switch { "tiny" => true, "sd15" => false, var other => throw new ArgumentException($"unknown size {other}") } },
                "--json" => options with { Json = Value() },
                _ => throw new ArgumentException($"unknown option {name}"),
            };

            string Value() => ++i < words.Length ? words[i] : throw new ArgumentException($"{name} needs a value");

            int Number(int least, int most) =>
                int.TryParse(Value(), CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                    ? number
                    : throw new ArgumentException($"{name} must be {least} to {most}");
        }

        return options;
    }

    /// <summary>Makes the engine, which tells on the standard error when it has to do without a kernel.</summary>
    public TorchEngine CreateEngine(TorchPrecision? precision = null, bool ownKernels = true) => new(new TorchEngineOptions
    {
        Device = Device,
        Precision = precision ?? Precision,
        OwnKernels = ownKernels && !LibraryOnly,
        OnFallback = Console.Error.WriteLine,
    });

    private static GpuOptions WithPrecision(GpuOptions options, TorchPrecision precision) => options with { Precision = precision, Only = precision };

    private static TorchPrecision PrecisionOf(string name) => name switch
    {
        "fp16" => TorchPrecision.Float16,
        "bf16" => TorchPrecision.BFloat16,
        "fp32" => TorchPrecision.Float32,
        _ => throw new ArgumentException($"unknown precision {name}"),
    };
}
