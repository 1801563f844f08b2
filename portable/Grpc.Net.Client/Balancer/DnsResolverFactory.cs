namespace Grpc.Net.Client.Balancer;

/// <summary>Resolves addresses of the scheme dns (dns:///host:port) to all IP addresses of the host.</summary>
public sealed class DnsResolverFactory : ResolverFactory
{
    private readonly TimeSpan _refreshInterval;

    /// <summary>Creates a factory.</summary>
    /// <param name="refreshInterval">
    /// Time between look-ups; <see cref="Timeout.InfiniteTimeSpan"/> to look up again only when addresses do not answer.
    /// </param>
    public DnsResolverFactory(TimeSpan refreshInterval)
    {
        if (refreshInterval != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(refreshInterval, TimeSpan.Zero);
        _refreshInterval = refreshInterval;
    }

    /// <inheritdoc/>
    public override string Name => "dns";

    /// <inheritdoc/>
    public override Resolver Create(ResolverOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new DnsResolver(options, _refreshInterval);
    }
}
