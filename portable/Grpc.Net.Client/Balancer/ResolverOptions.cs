using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client.Balancer;

/// <summary>What a resolver is created for.</summary>
public sealed class ResolverOptions
{
    internal ResolverOptions(Uri address, int defaultPort, ILoggerFactory loggerFactory, GrpcChannelOptions channelOptions)
    {
        Address = address;
        DefaultPort = defaultPort;
        LoggerFactory = loggerFactory;
        ChannelOptions = channelOptions;
    }

    /// <summary>The channel's address.</summary>
    public Uri Address { get; }

    /// <summary>The port where the address names none: 80, or 443 with TLS.</summary>
    public int DefaultPort { get; }

    /// <summary>Takes the resolver's logs.</summary>
    public ILoggerFactory LoggerFactory { get; }

    /// <summary>The channel's options.</summary>
    public GrpcChannelOptions ChannelOptions { get; }
}
