namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>How a service shuts down; configuration section "Shutdown".</summary>
public sealed class ShutdownOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Shutdown";

    /// <summary>Time that running calls get to end, above zero. Default: 30 s.</summary>
    public TimeSpan GracePeriod { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time between turning unready and closing the endpoints, zero or more, for load balancers to notice. Default: zero.</summary>
    public TimeSpan DrainDelay { get; set; } = TimeSpan.Zero;

    /// <summary>
    /// Whether a service that only a restart helps, such as one that lost its compute device, shuts down and ends with exit code 1: for supervisors that
    /// go by exits and not by probes. Default: no, its liveness probe says so.
    /// </summary>
    public bool ExitWhenDead { get; set; }
}
