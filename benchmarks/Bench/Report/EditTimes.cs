namespace VideoGrain.Bench.Report;

/// <summary>The arithmetic of a whole toybox edit.</summary>
internal sealed record EditTimes
{
    /// <summary>Inversion steps and denoising steps that were run.</summary>
    public required int Steps { get; init; }

    /// <summary>Seconds by part, as run.</summary>
    public required Dictionary<string, double> Parts { get; init; }

    /// <summary>Seconds of 50 + 50 steps; counted up where fewer were run.</summary>
    public required double Seconds { get; init; }

    /// <summary>CPU seconds of 50 + 50 steps, all threads together; counted up where fewer were run.</summary>
    public required double CpuSeconds { get; init; }

    /// <summary>PyTorch's UNet steps alone, the unconditional half left out of the inversion: counted from single steps, on the clock that the tables use.</summary>
    public double? TorchSeconds { get; init; }

    /// <summary>PyTorch's UNet steps alone, as published.</summary>
    public double? TorchPublishedSeconds { get; init; }
}
