namespace Grpc.Net.Client.Configuration;

/// <summary>All calls go to the first address that can be reached.</summary>
public sealed class PickFirstConfig : LoadBalancingConfig
{
    /// <summary>Creates the config.</summary>
    public PickFirstConfig()
        : base(PickFirstPolicyName)
    {
    }
}
