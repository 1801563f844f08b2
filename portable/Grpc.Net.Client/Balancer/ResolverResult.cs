using Grpc.Core;

namespace Grpc.Net.Client.Balancer;

/// <summary>What a resolver found: addresses, or why there are none.</summary>
public sealed class ResolverResult
{
    private ResolverResult(Status status, IReadOnlyList<BalancerAddress>? addresses)
    {
        Status = status;
        Addresses = addresses;
    }

    /// <summary>OK when there are addresses.</summary>
    public Status Status { get; }

    /// <summary>The addresses; null after a failure.</summary>
    public IReadOnlyList<BalancerAddress>? Addresses { get; }

    /// <summary>Makes a failure.</summary>
    /// <param name="status">Why; not OK.</param>
    /// <returns>The result.</returns>
    public static ResolverResult ForFailure(Status status)
    {
        if (status.StatusCode == StatusCode.OK)
            throw new ArgumentException("A failure cannot have the status OK.", nameof(status));
        return new ResolverResult(status, null);
    }

    /// <summary>Makes a result of addresses.</summary>
    /// <param name="addresses">The addresses.</param>
    /// <returns>The result.</returns>
    public static ResolverResult ForResult(IReadOnlyList<BalancerAddress> addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        return new ResolverResult(Status.DefaultSuccess, addresses);
    }
}
