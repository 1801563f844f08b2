namespace VideoGrain.ServiceDefaults.Models;

/// <summary>Where a stage computes.</summary>
public enum EngineKind
{
    /// <summary>On a CUDA device in a build for CUDA nodes, else on the processor.</summary>
    Auto,

    /// <summary>On the processor.</summary>
    Cpu,

    /// <summary>On a CUDA device; only in a build for CUDA nodes (<c>-p:Cuda=true</c>).</summary>
    Cuda,
}
