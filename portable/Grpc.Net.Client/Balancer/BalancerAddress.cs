using System.Net;

namespace Grpc.Net.Client.Balancer;

/// <summary>One address of a service.</summary>
public sealed class BalancerAddress
{
    /// <summary>Creates an address.</summary>
    /// <param name="endPoint">Host and port.</param>
    public BalancerAddress(DnsEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        EndPoint = endPoint;
    }

    /// <summary>Creates an address.</summary>
    /// <param name="host">Host name or IP address.</param>
    /// <param name="port">Port.</param>
    public BalancerAddress(string host, int port)
        : this(new DnsEndPoint(host, port))
    {
    }

    /// <summary>Host and port.</summary>
    public DnsEndPoint EndPoint { get; }

    /// <summary>The authority that requests name instead of host and port, where the address came from a name.</summary>
    internal string? Authority { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{EndPoint.Host}:{EndPoint.Port}";
}
