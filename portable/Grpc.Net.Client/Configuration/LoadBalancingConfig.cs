namespace Grpc.Net.Client.Configuration;

/// <summary>Names a load-balancing policy.</summary>
public class LoadBalancingConfig
{
    /// <summary>Policy: all calls go to the first address that can be reached.</summary>
    public const string PickFirstPolicyName = "pick_first";

    /// <summary>Policy: calls go to the addresses in turn.</summary>
    public const string RoundRobinPolicyName = "round_robin";

    /// <summary>Creates a config.</summary>
    /// <param name="loadBalancingPolicyName">The policy.</param>
    public LoadBalancingConfig(string loadBalancingPolicyName)
    {
        ArgumentNullException.ThrowIfNull(loadBalancingPolicyName);
        PolicyName = loadBalancingPolicyName;
    }

    /// <summary>The policy.</summary>
    public string PolicyName { get; }
}
