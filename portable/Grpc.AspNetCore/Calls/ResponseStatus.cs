using System.Globalization;
using Grpc.Core;
using Grpc.Net.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>Writes a call's status and trailers: as trailers, or as headers where nothing was sent yet (a trailers-only response).</summary>
internal static class ResponseStatus
{
    public static void Write(HttpResponse response, Status status, Metadata? trailers)
    {
        var target = Destination(response);
        if (trailers is not null)
            Append(target, trailers);
        target[WireNames.Status] = ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        if (!string.IsNullOrEmpty(status.Detail))
            target[WireNames.Message] = PercentEncoding.Encode(status.Detail);
    }

    public static void Append(IHeaderDictionary target, Metadata metadata)
    {
        foreach (var entry in metadata)
            target.Append(entry.Key, entry.IsBinary ? BinaryHeader.Encode(entry.Bytes) : entry.Value);
    }

    private static IHeaderDictionary Destination(HttpResponse response)
    {
        if (!response.HasStarted)
            return response.Headers;
        return response.HttpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers
            ?? throw new InvalidOperationException("This server cannot send trailers.");
    }
}
