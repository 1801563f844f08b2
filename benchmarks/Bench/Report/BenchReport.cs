using VideoGrain.Bench.Machine;
using VideoGrain.Bench.Profiling;

namespace VideoGrain.Bench.Report;

/// <summary>Everything a run found.</summary>
internal sealed record BenchReport
{
    /// <summary>Share of the machine that others may use before CPU time is the better clock.</summary>
    public const double QuietShare = 0.1;

    public required HostInfo Host { get; init; }

    /// <summary>The engine, with its instruction set.</summary>
    public required string Engine { get; init; }

    /// <summary>PyTorch with its libraries; null where there was none.</summary>
    public string? Torch { get; init; }

    /// <summary>Threads of each program.</summary>
    public required int Threads { get; init; }

    /// <summary>Load average of the minute before the run.</summary>
    public required double LoadBefore { get; init; }

    /// <summary>Share of the machine's processor time during the run that went to others.</summary>
    public required double OthersShare { get; init; }

    /// <summary>Sizes were made small to try the program out; the numbers mean nothing.</summary>
    public bool Tiny { get; init; }

    /// <summary>Median FMA peak, operations per second of all threads.</summary>
    public double PeakPerSecond { get; init; }

    /// <summary>Lowest and highest of these peaks: far apart where virtual processors share a core for part of the run.</summary>
    public double LowestPeakPerSecond { get; init; }

    public double HighestPeakPerSecond { get; init; }

    /// <summary>Median FMA peak of one thread, operations per CPU second.</summary>
    public double PeakPerCpuSecond { get; init; }

    /// <summary>Bytes per second that all threads copy to and from main memory.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>The same per CPU second of all threads.</summary>
    public double BytesPerCpuSecond { get; init; }

    public IReadOnlyList<Measurement> Kernels { get; init; } = [];

    public IReadOnlyList<Measurement> Networks { get; init; } = [];

    /// <summary>Kernels of one UNet step at Stable Diffusion 1.5's sizes.</summary>
    public IReadOnlyList<KernelTally> Profile { get; init; } = [];

    /// <summary>A toybox edit; null where it was not run.</summary>
    public EditTimes? Edit { get; init; }

    public IReadOnlyList<Target> Targets { get; init; } = [];

    /// <summary>Whether wall-clock times can be trusted; otherwise tables show CPU time.</summary>
    public bool Quiet => OthersShare <= QuietShare;
}
