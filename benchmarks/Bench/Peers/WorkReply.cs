using VideoGrain.Bench.Profiling;

namespace VideoGrain.Bench.Peers;

/// <summary>A line that a worker writes.</summary>
internal sealed record WorkReply
{
    /// <summary>What went wrong; null when nothing did.</summary>
    public string? Error { get; init; }

    /// <summary>Name and version of the program.</summary>
    public string? Name { get; init; }

    /// <summary>Seconds of one call.</summary>
    public double Wall { get; init; }

    /// <summary>CPU seconds of one call, all threads together.</summary>
    public double Cpu { get; init; }

    /// <summary>CPU seconds of the process so far.</summary>
    public double ProcessCpu { get; init; }

    /// <summary>Bytes or operations, as the command asks.</summary>
    public double Value { get; init; }

    /// <summary>Operations or bytes per CPU second, of the machine's peaks.</summary>
    public double PerCpuSecond { get; init; }

    /// <summary>What a turn was timed in; the peak's <see cref="Value"/> and <see cref="PerCpuSecond"/> are those of all readings between them.</summary>
    public IReadOnlyList<TimeSlice>? Slices { get; init; }

    /// <summary>Kernels of one call.</summary>
    public IReadOnlyList<KernelTally>? Kernels { get; init; }

    /// <summary>Seconds by part, of an edit.</summary>
    public Dictionary<string, double>? Parts { get; init; }
}
