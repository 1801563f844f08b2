using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Net.Wire;

namespace Grpc.Net.Client.Calls;

/// <summary>Reads headers, status and trailers of responses.</summary>
internal static class ResponseHead
{
    /// <summary>Gives the end of the call where the head decides it: a trailers-only response, or one that is no gRPC.</summary>
    public static CallEnd? EndIn(HttpResponseMessage response)
    {
        if (response.Headers.Contains(WireNames.Status))
            return EndOf(response.Headers);
        if (response.StatusCode != HttpStatusCode.OK)
            return Bad(CodeOf(response.StatusCode), $"HTTP status code: {(int)response.StatusCode}");
        if (response.Version < HttpVersion.Version20)
            return Bad(StatusCode.Internal, $"Response protocol downgraded to HTTP/{response.Version}.");
        var contentType = response.Content.Headers.ContentType?.ToString();
        return WireNames.IsGrpcContentType(contentType)
            ? null
            : Bad(StatusCode.Unknown, contentType is null ? "No content-type." : $"Invalid content-type value: {contentType}");
    }

    /// <summary>Reads status and trailers.</summary>
    public static CallEnd EndOf(HttpResponseHeaders trailers)
    {
        var text = Value(trailers, WireNames.Status);
        if (text is null)
            return Bad(StatusCode.Unknown, "No grpc-status found on response.");

        // A code that no version of gRPC knows counts as UNKNOWN.
        var code = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Enum.IsDefined((StatusCode)number)
            ? (StatusCode)number
            : StatusCode.Unknown;
        var detail = PercentEncoding.Decode(Value(trailers, WireNames.Message) ?? "");
        return new CallEnd(new Status(code, detail), Metadata(trailers), Local: false);
    }

    public static Metadata Metadata(HttpResponseHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated)
        {
            if (WireNames.IsTransportHeader(name))
                continue;
            foreach (var value in values)
                MetadataHeaders.Add(metadata, name, value);
        }

        return metadata;
    }

    public static string? Value(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    private static CallEnd Bad(StatusCode code, string detail) =>
        new(new Status(code, $"Bad gRPC response. {detail}"), [], Local: false);

    // The mapping that gRPC prescribes for responses that did not come from a gRPC server.
    private static StatusCode CodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => StatusCode.Internal,
        HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
        HttpStatusCode.NotFound => StatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
            => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };
}
