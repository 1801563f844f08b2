using System.IO.Compression;
using Grpc.Net.Compression;
using Grpc.Net.Wire;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>The options that apply to a service: its own, and behind them those of all services.</summary>
internal sealed class MethodSettings
{
    public MethodSettings(GrpcServiceOptions global, GrpcServiceOptions own)
    {
        MaxSendMessageSize = (own.MaxSendMessageSizeConfigured ? own : global).MaxSendMessageSize;
        MaxReceiveMessageSize = own.MaxReceiveMessageSizeConfigured ? own.MaxReceiveMessageSize
            : global.MaxReceiveMessageSizeConfigured ? global.MaxReceiveMessageSize
            : WireNames.DefaultMaxReceiveMessageSize;
        EnableDetailedErrors = own.EnableDetailedErrors ?? global.EnableDetailedErrors ?? false;
        CompressionLevel = own.ResponseCompressionLevel ?? global.ResponseCompressionLevel;
        Compression = new CompressionCatalog(
            [.. CompressionCatalog.DefaultProviders, .. global.ConfiguredProviders, .. own.ConfiguredProviders]);
        Interceptors = [.. global.Interceptors, .. own.Interceptors];
        var algorithm = own.ResponseCompressionAlgorithm ?? global.ResponseCompressionAlgorithm;
        if (algorithm is null or WireNames.Identity)
            return;
        ResponseCompression = Compression.Find(algorithm)
            ?? throw new InvalidOperationException($"The response compression '{algorithm}' is not known; known are {Compression.AcceptEncoding}.");
    }

    public int? MaxSendMessageSize { get; }

    public int? MaxReceiveMessageSize { get; }

    public bool EnableDetailedErrors { get; }

    public ICompressionProvider? ResponseCompression { get; }

    public CompressionLevel? CompressionLevel { get; }

    public CompressionCatalog Compression { get; }

    public IReadOnlyList<InterceptorRegistration> Interceptors { get; }
}
