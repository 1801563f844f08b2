namespace Grpc.Net.Client.Configuration;

/// <summary>Calls go to the addresses in turn.</summary>
public sealed class RoundRobinConfig : LoadBalancingConfig
{
    /// <summary>Creates the config.</summary>
    public RoundRobinConfig()
        : base(RoundRobinPolicyName)
    {
    }
}
