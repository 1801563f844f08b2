using Grpc.Core;
using Grpc.Net.Client.Configuration;
using Grpc.Net.Compression;
using Grpc.Net.Wire;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client;

/// <summary>Options of a <see cref="GrpcChannel"/>.</summary>
public sealed class GrpcChannelOptions
{
    private static readonly TimeSpan DefaultInitialBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DefaultMaxBackoff = TimeSpan.FromSeconds(120);

    private TimeSpan _initialReconnectBackoff = DefaultInitialBackoff;
    private TimeSpan? _maxReconnectBackoff = DefaultMaxBackoff;

    /// <summary>Creates the default options.</summary>
    public GrpcChannelOptions()
    {
    }

    /// <summary>Security of the channel; null to take it from the address's scheme, http or https.</summary>
    public ChannelCredentials? Credentials { get; set; }

    /// <summary>Largest message that may be sent, in bytes; null, the default, for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>Largest message that may be received, in bytes, after decompression; null for no limit. 4 MiB by default.</summary>
    public int? MaxReceiveMessageSize { get; set; } = WireNames.DefaultMaxReceiveMessageSize;

    /// <summary>The compressions known beside gzip and deflate; one of the same name takes their place.</summary>
    public IList<ICompressionProvider>? CompressionProviders { get; set; }

    /// <summary>Takes the channel's logs; null for that of <see cref="ServiceProvider"/>, if any.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Sends the channel's requests; null for an own handler. Exclusive with <see cref="HttpHandler"/>.</summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>
    /// Sends the channel's requests; null for an own handler. Keep-alive pings and connection limits are set here, on a
    /// <see cref="SocketsHttpHandler"/>.
    /// </summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Whether the channel disposes the given client or handler.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>Whether a call that this side cancels fails with <see cref="OperationCanceledException"/>.</summary>
    public bool ThrowOperationCanceledOnCancellation { get; set; }

    /// <summary>Whether call credentials may travel without TLS. For tests.</summary>
    public bool UnsafeUseInsecureChannelCallCredentials { get; set; }

    /// <summary>The load balancing; null for connecting to the first address that can be reached.</summary>
    public ServiceConfig? ServiceConfig { get; set; }

    /// <summary>Longest pause between attempts to connect to an address; null for no limit. 120 s by default.</summary>
    public TimeSpan? MaxReconnectBackoff
    {
        get => _maxReconnectBackoff;
        set
        {
            if (value is { } pause)
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(pause, TimeSpan.Zero, nameof(value));
            _maxReconnectBackoff = value;
        }
    }

    /// <summary>Pause after the first failed attempt to connect to an address; each further one is 1.6 times longer. 1 s by default.</summary>
    public TimeSpan InitialReconnectBackoff
    {
        get => _initialReconnectBackoff;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            _initialReconnectBackoff = value;
        }
    }

    /// <summary>Where resolver factories and the logger factory are looked for; null for none.</summary>
    public IServiceProvider? ServiceProvider { get; set; }

    /// <summary>HTTP version of the requests; null for 2.0.</summary>
    public Version? HttpVersion { get; set; }

    /// <summary>How strictly the version is taken; null for exactly.</summary>
    public HttpVersionPolicy? HttpVersionPolicy { get; set; }
}
