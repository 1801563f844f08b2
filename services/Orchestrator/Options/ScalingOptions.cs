namespace VideoGrain.Orchestrator.Options;

/// <summary>How much GPU work waits, and whether an autoscaler may ask. Section <c>Scaling</c>.</summary>
public sealed class ScalingOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Scaling";

    /// <summary>
    /// Whether the gRPC endpoint serves <c>externalscaler.ExternalScaler</c> for KEDA. It tells totals only, and needs no credentials,
    /// because KEDA has none to give.
    /// </summary>
    public bool ServeKeda { get; set; }

    /// <summary>GPU-seconds of waiting work that one replica of a stage is to have, above 0. Less reacts faster and costs more.</summary>
    public double TargetSeconds { get; set; } = 120;

    /// <summary>Speed that a GPU is taken to reach until jobs have been measured, in 10^12 floating-point operations a second, above 0.</summary>
    public double AssumedTeraflops { get; set; } = 100;

    /// <summary>Ended jobs whose stage times say how fast the GPUs really are, 0 to 1000; 0 keeps to <see cref="AssumedTeraflops"/>.</summary>
    public int MeasuredJobs { get; set; } = 32;

    /// <summary>How long a measured speed is used before it is measured again, above zero.</summary>
    public TimeSpan MeasureInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often a watched queue is looked at without being told of a change, above zero.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(2);
}
