namespace VideoGrain.Bench.Report;

/// <summary>One case on both programs. Times are medians over rounds, ratios medians of the rounds' own ratios.</summary>
internal sealed record Measurement
{
    /// <summary>What was measured.</summary>
    public required string Name { get; init; }

    /// <summary>Kind of work.</summary>
    public required string Kind { get; init; }

    /// <summary>Rounds run: engine, PyTorch, engine, PyTorch ...</summary>
    public int Rounds { get; init; }

    /// <summary>Rounds during which the machine's peak stayed as it was; where there are some, only these count.</summary>
    public int SteadyRounds { get; init; }

    /// <summary>Slices that the engine's turns were cut into, each with the peak before and after it.</summary>
    public int Slices { get; init; }

    /// <summary>Slices during which the peak stayed as it was; where there are some, only these count.</summary>
    public int SteadySlices { get; init; }

    /// <summary>Floating-point operations of one call; 0 where they are not counted.</summary>
    public double Operations { get; init; }

    /// <summary>Seconds of one call on the engine.</summary>
    public double EngineSeconds { get; init; }

    /// <summary>CPU seconds of one call on the engine.</summary>
    public double EngineCpuSeconds { get; init; }

    /// <summary>Seconds of one call on PyTorch; null without it.</summary>
    public double? TorchSeconds { get; init; }

    /// <summary>CPU seconds of one call on PyTorch; null without it.</summary>
    public double? TorchCpuSeconds { get; init; }

    /// <summary>How many times as long PyTorch takes.</summary>
    public double? Speedup { get; init; }

    /// <summary>How many times as much CPU time PyTorch takes.</summary>
    public double? CpuSpeedup { get; init; }

    /// <summary>Share of the FMA peak, the median over slices; null where operations are not counted.</summary>
    public double? FractionOfPeak { get; init; }

    /// <summary>The same in CPU time, the median over rounds.</summary>
    public double? CpuFractionOfPeak { get; init; }

    /// <summary>Most bytes resident in the engine's process, loading included.</summary>
    public double? EnginePeakBytes { get; init; }

    /// <summary>Most bytes resident in the engine's process while it computed.</summary>
    public double? EngineStepPeakBytes { get; init; }

    /// <summary>Most bytes resident in PyTorch's process, loading included.</summary>
    public double? TorchPeakBytes { get; init; }

    /// <summary>Most bytes resident in PyTorch's process while it computed.</summary>
    public double? TorchStepPeakBytes { get; init; }

    /// <summary>Relative L2 distance of the two results; null where they were not compared.</summary>
    public double? RelativeError { get; init; }
}
