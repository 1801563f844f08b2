using Microsoft.Extensions.Logging;
using VideoGrain.ServiceDefaults.Models;
using VideoGrain.Tensors;
using VideoGrain.Tensors.Cpu;
#if CUDA
using VideoGrain.Tensors.Torch;
#endif

namespace VideoGrain.Engines;

/// <summary>Makes the engine that a stage's configuration names, out of those in this build.</summary>
public static class StageEngine
{
    /// <summary>Whether this build has an engine of that kind.</summary>
#if CUDA
    public static bool Has(EngineKind kind) => Enum.IsDefined(kind);
#else
    public static bool Has(EngineKind kind) => kind is EngineKind.Auto or EngineKind.Cpu;
#endif

    /// <summary>Makes the engine, and logs what it is and what it has to do without.</summary>
    /// <exception cref="PlatformNotSupportedException">There is no such device.</exception>
    public static IEngine Create(EngineOptions options, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger(typeof(StageEngine));
#if CUDA
        IEngine engine = options.Kind == EngineKind.Cpu ? MakeCpu(options) : MakeTorch(options, logger);
#else
        var engine = MakeCpu(options);
#endif
        EngineLog.Made(logger, engine.Name);
        return engine;
    }

    private static CpuEngine MakeCpu(EngineOptions options) => new(new CpuEngineOptions { Threads = options.Threads });

#if CUDA
    private static TorchEngine MakeTorch(EngineOptions options, ILogger logger) => new(new TorchEngineOptions
    {
        Device = options.Device == EngineOptions.Processor ? TorchEngineOptions.Cpu : options.Device,
        Precision = options.Precision switch
        {
            EnginePrecision.Bf16 => TorchPrecision.BFloat16,
            EnginePrecision.Fp32 => TorchPrecision.Float32,
            _ => TorchPrecision.Float16,
        },
        OnFallback = reason => EngineLog.FellBack(logger, reason),
    });
#endif
}
