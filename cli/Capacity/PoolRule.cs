namespace VideoGrain.Cli.Capacity;

/// <summary>How many GPUs a stage has: always as many, or by the autoscaler's rule as k8s/components/keda states it.</summary>
/// <param name="Least">Fewest GPUs.</param>
/// <param name="Most">Most GPUs; the pool is fixed when equal to <paramref name="Least"/>.</param>
internal sealed record PoolRule(int Least, int Most)
{
    /// <summary>GPU-seconds of work that one GPU is to have.</summary>
    public double TargetSeconds { get; init; } = 120;

    /// <summary>Time from the wish for a GPU to its first job: the node comes up, the image and the model load.</summary>
    public double StartSeconds { get; init; } = 300;

    /// <summary>Time without work before the last GPU goes.</summary>
    public double CooldownSeconds { get; init; } = 600;

    /// <summary>How often the autoscaler looks.</summary>
    public double PollSeconds { get; init; } = 15;

    /// <summary>The most that was wanted within this time is kept.</summary>
    public double StabilizationSeconds { get; init; } = 300;

    /// <summary>How often GPUs are given back: one, or <see cref="ScaleDownShare"/> of them if that is more.</summary>
    public double ScaleDownSeconds { get; init; } = 60;

    /// <summary>Share of the GPUs that may be given back at a time.</summary>
    public double ScaleDownShare { get; init; } = 0.1;

    /// <summary>GPUs that may be asked for at a time, or as many as there are if that is more, and the time until the next ones.</summary>
    public (int Gpus, double Seconds) ScaleUp { get; init; } = (4, 30);

    /// <summary>Whether the pool never changes.</summary>
    public bool IsFixed => Least == Most;

    /// <summary>A pool that never changes.</summary>
    public static PoolRule Fixed(int gpus) => new(gpus, gpus);
}
