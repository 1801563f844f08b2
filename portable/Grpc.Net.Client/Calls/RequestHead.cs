using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using Grpc.Core;
using Grpc.Net.Wire;

namespace Grpc.Net.Client.Calls;

/// <summary>Builds the HTTP request of a call.</summary>
internal static class RequestHead
{
    private static readonly string UserAgent =
        $"grpc-dotnet/{typeof(RequestHead).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0"}";

    public static HttpRequestMessage Create(GrpcChannel channel, Uri uri, string? authority, Metadata? metadata, DateTime? deadline)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Version = channel.Options.HttpVersion ?? HttpVersion.Version20,
            VersionPolicy = channel.Options.HttpVersionPolicy ?? HttpVersionPolicy.RequestVersionExact,
        };
        var headers = request.Headers;
        if (authority is not null)
            headers.Host = authority;
        headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        headers.TryAddWithoutValidation(WireNames.AcceptEncoding, channel.Compression.AcceptEncoding);
        if (deadline is { } moment)
            headers.TryAddWithoutValidation(WireNames.Timeout, TimeoutHeader.Format(moment - TimeProvider.System.GetUtcNow().UtcDateTime));
        foreach (var entry in metadata ?? [])
            Add(headers, entry);
        if (headers.UserAgent.Count == 0)
            headers.TryAddWithoutValidation("user-agent", UserAgent);
        return request;
    }

    private static void Add(HttpRequestHeaders headers, Metadata.Entry entry)
    {
        var (name, value) = entry.IsBinary ? (entry.Key, BinaryHeader.Encode(entry.Bytes))
            : entry.Key == Metadata.CompressionRequestAlgorithmMetadataKey ? (WireNames.Encoding, entry.Value)
            : (entry.Key, entry.Value);
        if (!headers.TryAddWithoutValidation(name, value))
            throw new RpcException(new Status(StatusCode.Internal, $"The metadata '{entry.Key}' cannot be sent as a header."));
    }
}
