namespace Grpc.Net.Client.Configuration;

/// <summary>How a channel uses the addresses of its service.</summary>
public sealed class ServiceConfig
{
    /// <summary>Creates an empty config.</summary>
    public ServiceConfig()
    {
    }

    /// <summary>Load-balancing policies in order of preference; the first known one is used.</summary>
    public IList<LoadBalancingConfig> LoadBalancingConfigs { get; } = [];
}
