using System.Globalization;

namespace VideoGrain.Cli.Hosting;

/// <summary>Where the four services listen: a run of ports from a base, the orchestrator first; health and metrics 1000 above.</summary>
internal static class Ports
{
    /// <summary>The base when none is given.</summary>
    public const int DefaultBase = 5080;

    /// <summary>As a base: any free ports.</summary>
    public const int Free = 0;

    /// <summary>Distance from a gRPC port to the port for health and metrics.</summary>
    public const int HttpDistance = 1000;

    /// <summary>The services in the order of their ports.</summary>
    public static IReadOnlyList<string> Services { get; } = ["orchestrator", "segmentation", "inversion", "denoiser"];

    /// <summary>Address of the orchestrator on this machine.</summary>
    public static Uri Orchestrator(int basePort) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{basePort}"));

    /// <summary>A service's gRPC port.</summary>
    /// <param name="basePort">The base; <see cref="Free"/> stays.</param>
    /// <param name="service">Index in <see cref="Services"/>.</param>
    public static int Grpc(int basePort, int service) => basePort == Free ? Free : basePort + service;

    /// <summary>A service's port for health and metrics.</summary>
    /// <param name="basePort">The base; <see cref="Free"/> stays.</param>
    /// <param name="service">Index in <see cref="Services"/>.</param>
    public static int Http(int basePort, int service) => basePort == Free ? Free : basePort + service + HttpDistance;
}
