namespace VideoGrain.ServiceDefaults.Models;

/// <summary>The compute engine of a stage; configuration section "Engine".</summary>
public sealed class EngineOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Engine";

    /// <summary>The processor in place of a CUDA device: a CUDA node's build can be tried, slowly, on a machine without one.</summary>
    public const int Processor = -1;

    /// <summary>Where the stage computes. Default: auto.</summary>
    public EngineKind Kind { get; set; }

    /// <summary>Threads of the CPU engine, 0 or more; 0 takes all cores. Default: 0.</summary>
    public int Threads { get; set; }

    /// <summary>CUDA device, 0 or more; <see cref="Processor"/> for the CUDA node's engine without a device. Default: 0.</summary>
    public int Device { get; set; }

    /// <summary>Precision of the CUDA node's engine. Default: fp16.</summary>
    public EnginePrecision Precision { get; set; }
}
