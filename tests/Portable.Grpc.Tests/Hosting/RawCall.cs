using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;

namespace VideoGrain.Portable.Grpc.Tests.Hosting;

/// <summary>Requests made byte by byte, as a faulty or hostile client makes them.</summary>
internal static class RawCall
{
    public const string UnaryPath = "/grpc.testing.TestService/UnaryCall";

    public static byte[] Frame(byte flag, uint claimedLength, params byte[] payload)
    {
        var frame = new byte[sizeof(byte) + sizeof(uint) + payload.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), claimedLength);
        payload.CopyTo(frame.AsSpan(sizeof(byte) + sizeof(uint)));
        return frame;
    }

    public static byte[] Message(params byte[] payload) => Frame(0, (uint)payload.Length, payload);

    /// <summary>Sends a body and gives status and message of the answer, from headers or trailers.</summary>
    public static async Task<Answer> SendAsync(
        Uri server, byte[] body, Action<HttpRequestMessage>? change = null, string contentType = "application/grpc", string path = UnaryPath)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } },
        };
        change?.Invoke(request);
        using var response = await Wait.For(client.SendAsync(request));
        var content = await Wait.For(response.Content.ReadAsByteArrayAsync());
        return new Answer(response.StatusCode, Find("grpc-status"), Find("grpc-message"), response.Headers, response.TrailingHeaders, content);

        string? Find(string name) =>
            response.Headers.TryGetValues(name, out var values) || response.TrailingHeaders.TryGetValues(name, out values)
                ? string.Join(",", values)
                : null;
    }

    public sealed record Answer(
        HttpStatusCode Http, string? Status, string? Message, HttpResponseHeaders Headers, HttpResponseHeaders Trailers, byte[] Body);
}
