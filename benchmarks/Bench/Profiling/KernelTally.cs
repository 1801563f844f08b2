namespace VideoGrain.Bench.Profiling;

/// <summary>What the calls of one kernel with one set of sizes cost together.</summary>
internal sealed record KernelTally
{
    /// <summary>Operation and sizes.</summary>
    public required string Kernel { get; init; }

    /// <summary>Operation alone.</summary>
    public required string Operation { get; init; }

    /// <summary>Number of calls.</summary>
    public int Calls { get; set; }

    /// <summary>Seconds of all calls.</summary>
    public double Seconds { get; set; }

    /// <summary>CPU seconds of all calls, all threads together.</summary>
    public double CpuSeconds { get; set; }

    /// <summary>Floating-point operations of all calls; two per multiply-add, element-wise work not counted.</summary>
    public double Operations { get; set; }

    /// <summary>Operations that the FMA peak, as measured before and after each call, gives in <see cref="Seconds"/>; 0 where it was not measured.</summary>
    public double Attainable { get; set; }

    /// <summary>The same in <see cref="CpuSeconds"/>.</summary>
    public double CpuAttainable { get; set; }

    /// <summary>Bytes that all calls must at least read and write: arguments, weights and result, once each.</summary>
    public double Bytes { get; set; }
}
