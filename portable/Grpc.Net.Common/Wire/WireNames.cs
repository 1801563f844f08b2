namespace Grpc.Net.Wire;

/// <summary>Names and numbers of gRPC over HTTP/2.</summary>
internal static class WireNames
{
    public const string ContentType = "application/grpc";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Timeout = "grpc-timeout";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Identity = "identity";

    /// <summary>Bytes in front of each message: one flag byte, then the length, big-endian.</summary>
    public const int FrameHeaderLength = 5;

    /// <summary>Receive limit where none is configured: 4 MiB.</summary>
    public const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    private static readonly HashSet<string> TransportHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        Encoding, AcceptEncoding, Timeout, Status, Message,
        "te", "host", "content-type", "content-encoding", "accept-encoding",
    };

    /// <summary>Whether a header belongs to the transport and is therefore no metadata of the call.</summary>
    public static bool IsTransportHeader(string name) => name.StartsWith(':') || TransportHeaders.Contains(name);

    /// <summary>Whether a content type is application/grpc, alone or followed by a format (+proto) or parameters.</summary>
    public static bool IsGrpcContentType(string? contentType) =>
        contentType is not null
        && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is '+' or ';');
}
