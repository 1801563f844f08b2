namespace VideoGrain.ServiceDefaults.Models;

/// <summary>The compute engine of a stage; configuration section "Engine".</summary>
public sealed class EngineOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Engine";

    /// <summary>Where the stage computes. Default: auto.</summary>
    public EngineKind Kind { get; set; }

    /// <summary>Threads of the CPU engine, 0 or more; 0 takes all cores. Default: 0.</summary>
    public int Threads { get; set; }

    /// <summary>CUDA device, 0 or more. Default: 0.</summary>
    public int Device { get; set; }

    /// <summary>Precision on a CUDA device. Default: fp16.</summary>
    public EnginePrecision Precision { get; set; }
}
