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

    /// <summary>Makes the engine.</summary>
    /// <exception cref="PlatformNotSupportedException">There is no such device.</exception>
    public static IEngine Create(EngineOptions options)
    {
#if CUDA
        if (options.Kind != EngineKind.Cpu)
        {
            return new TorchEngine(new TorchEngineOptions
            {
                Device = options.Device,
                Precision = options.Precision switch
                {
                    EnginePrecision.Bf16 => TorchPrecision.BFloat16,
                    EnginePrecision.Fp32 => TorchPrecision.Float32,
                    _ => TorchPrecision.Float16,
                },
            });
        }
#endif
        return new CpuEngine(new CpuEngineOptions { Threads = options.Threads });
    }
}
