namespace VideoGrain.Tensors.Cpu;

/// <summary>Settings of a <see cref="CpuEngine"/>.</summary>
public sealed record CpuEngineOptions
{
    /// <summary>Environment variable that forces an instruction set (auto, avx512, avx2, portable) where <see cref="InstructionSet"/> is Auto.</summary>
    public const string InstructionSetVariable = "VIDEOGRAIN_CPU_ISA";

    /// <summary>Most threads an engine takes.</summary>
    public const int MaxThreads = 1024;

    /// <summary>Threads that compute, the calling one included: 1 to <see cref="MaxThreads"/>; 0 takes the processors this process may use (the container's limit).</summary>
    public int Threads { get; init; }

    /// <summary>Instruction set of the kernels.</summary>
    public CpuInstructionSet InstructionSet { get; init; } = CpuInstructionSet.Auto;

    /// <summary>Most bytes of freed activations kept for reuse; more goes back to the operating system at once.</summary>
    public long PooledBytesLimit { get; init; } = 2L << 30;
}
