using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client.Channels;

/// <summary>Chooses the resolver for a channel's address.</summary>
internal static class ResolverSelection
{
    /// <exception cref="InvalidOperationException">No resolver knows the address's scheme.</exception>
    public static Resolver Create(Uri address, bool secure, GrpcChannelOptions options, ILoggerFactory loggerFactory)
    {
        if (IsHttp(address))
            return new StaticResolver([new BalancerAddress(address.IdnHost, address.Port)]);
        var configured = options.ServiceProvider?.GetServices<ResolverFactory>() ?? [];
        var factory = configured.Append(new DnsResolverFactory(Timeout.InfiniteTimeSpan))
            .FirstOrDefault(candidate => string.Equals(candidate.Name, address.Scheme, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidOperationException($"No address resolver configured for the scheme '{address.Scheme}'.");
        var defaultPort = new UriBuilder(secure ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, "localhost").Uri.Port;
        return factory.Create(new ResolverOptions(address, defaultPort, loggerFactory, options));
    }

    public static bool IsHttp(Uri address) => address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps;
}
