using System.IO.Compression;
using Grpc.Net.Compression;

namespace Grpc.AspNetCore.Server;

/// <summary>Options of all services, or of one (<see cref="GrpcServiceOptions{TService}"/>), which then go before those of all.</summary>
public class GrpcServiceOptions
{
    private int? _maxSendMessageSize;
    private int? _maxReceiveMessageSize;
    private IList<ICompressionProvider>? _compressionProviders;

    /// <summary>Largest message that may be sent, in bytes; null, the default, for no limit.</summary>
    public int? MaxSendMessageSize
    {
        get => _maxSendMessageSize;
        set
        {
            _maxSendMessageSize = value;
            MaxSendMessageSizeConfigured = true;
        }
    }

    /// <summary>Largest message that may be received, in bytes, after decompression; null for no limit. 4 MiB unless set.</summary>
    public int? MaxReceiveMessageSize
    {
        get => _maxReceiveMessageSize;
        set
        {
            _maxReceiveMessageSize = value;
            MaxReceiveMessageSizeConfigured = true;
        }
    }

    /// <summary>Whether clients are told the exceptions of handlers. Off unless set.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>Compression of responses, by name, for clients that accept it; null for none.</summary>
    public string? ResponseCompressionAlgorithm { get; set; }

    /// <summary>Effort of the response compression; null for the provider's default.</summary>
    public CompressionLevel? ResponseCompressionLevel { get; set; }

    /// <summary>The compressions known beside gzip and deflate; one of the same name takes their place.</summary>
    public IList<ICompressionProvider> CompressionProviders
    {
        get => _compressionProviders ??= [];
        set => _compressionProviders = value;
    }

    /// <summary>Whether requests for unknown services and methods are left to the rest of the application. Off unless set.</summary>
    public bool? IgnoreUnknownServices { get; set; }

    /// <summary>Interceptors, outermost first.</summary>
    public InterceptorCollection Interceptors { get; } = [];

    internal bool MaxSendMessageSizeConfigured { get; private set; }

    internal bool MaxReceiveMessageSizeConfigured { get; private set; }

    internal IEnumerable<ICompressionProvider> ConfiguredProviders => _compressionProviders ?? [];
}
