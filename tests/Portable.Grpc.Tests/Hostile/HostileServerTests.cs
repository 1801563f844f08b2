using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using VideoGrain.Portable.Grpc.Tests.Hosting;
using VideoGrain.Portable.Grpc.Tests.Interop;

namespace VideoGrain.Portable.Grpc.Tests.Hostile;

/// <summary>What a client makes of responses that break the protocol.</summary>
public sealed class HostileServerTests
{
    public static TheoryData<string, byte[], StatusCode> BrokenBodies => new()
    {
        { "a prefix that claims 4 GiB", RawCall.Frame(0, uint.MaxValue), StatusCode.ResourceExhausted },
        { "an end within the prefix", [0, 0], StatusCode.Internal },
        { "an end within the message", RawCall.Frame(0, 1000, 1, 2, 3), StatusCode.Internal },
        { "a wrong compression flag", RawCall.Frame(7, 0), StatusCode.Internal },
        { "a compressed message without grpc-encoding", RawCall.Frame(1, 3, 1, 2, 3), StatusCode.Internal },
        { "bytes that are no protobuf", RawCall.Message(0xff, 0xff, 0xff), StatusCode.Internal },
    };

    [Theory]
    [MemberData(nameof(BrokenBodies), DisableDiscoveryEnumeration = true)]
    public async Task Body_Broken_FailsUnaryAndStream(string what, byte[] body, StatusCode expected)
    {
        _ = what;
        await using var server = await RawServer.StartAsync(RawServer.Answer(body));
        await Expect.FailureAsync(expected, server.Client.UnaryCallAsync(new SimpleRequest()));
        using var stream = server.Client.StreamingOutputCall(new StreamingOutputCallRequest());
        await Expect.FailureAsync(expected, () => stream.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task Unary_SecondMessage_FailsCall()
    {
        await using var server = await RawServer.StartAsync(RawServer.Answer([.. RawCall.Message(), .. RawCall.Message()]));
        await Expect.FailureAsync(StatusCode.Internal, server.Client.UnaryCallAsync(new SimpleRequest()));
    }

    [Fact]
    public async Task Unary_OkWithoutMessage_FailsCall()
    {
        await using var server = await RawServer.StartAsync(RawServer.Answer([]));
        await Expect.FailureAsync(StatusCode.Internal, server.Client.UnaryCallAsync(new SimpleRequest()));
    }

    [Fact]
    public async Task Status_Missing_IsUnknown()
    {
        await using var server = await RawServer.StartAsync(RawServer.Answer(RawCall.Message(), status: null));
        await Expect.FailureAsync(StatusCode.Unknown, server.Client.UnaryCallAsync(new SimpleRequest()));
    }

    [Theory]
    [InlineData("99")]
    [InlineData("-1")]
    [InlineData("text")]
    public async Task Status_NoKnownCode_IsUnknown(string status)
    {
        await using var server = await RawServer.StartAsync(RawServer.Answer(RawCall.Message(), status));
        await Expect.FailureAsync(StatusCode.Unknown, server.Client.UnaryCallAsync(new SimpleRequest()));
    }

    [Theory]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(500, StatusCode.Unknown)]
    public async Task HttpStatus_NotOk_MapsToCode(int http, StatusCode expected)
    {
        await using var server = await RawServer.StartAsync(context =>
        {
            context.Response.StatusCode = http;
            return Task.CompletedTask;
        });
        await Expect.FailureAsync(expected, server.Client.UnaryCallAsync(new SimpleRequest()));
    }

    [Fact]
    public async Task ContentType_NotGrpc_FailsCall()
    {
        await using var server = await RawServer.StartAsync(RawServer.Answer([], change: response => response.ContentType = "text/html"));
        await Expect.FailureAsync(StatusCode.Unknown, server.Client.UnaryCallAsync(new SimpleRequest()));
    }

    [Fact]
    public async Task BinaryTrailer_NoBase64_FailsCall()
    {
        await using var server = await RawServer.StartAsync(
            RawServer.Answer(RawCall.Message(), change: response => response.Headers["some-bin"] = "!"));
        await Expect.FailureAsync(StatusCode.Internal, server.Client.UnaryCallAsync(new SimpleRequest()));
    }

    [Theory]
    [InlineData(0x7, StatusCode.Unavailable)]
    [InlineData(0x8, StatusCode.Cancelled)]
    [InlineData(0xb, StatusCode.ResourceExhausted)]
    [InlineData(0xc, StatusCode.PermissionDenied)]
    [InlineData(0x1, StatusCode.Internal)]
    public async Task Stream_Reset_MapsErrorCode(int errorCode, StatusCode expected)
    {
        await using var server = await RawServer.StartAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.FlushAsync();
            context.Features.Get<IHttpResetFeature>()!.Reset(errorCode);
        });
        await Expect.FailureAsync(expected, server.Client.UnaryCallAsync(new SimpleRequest()));
    }

    [Fact]
    public async Task Message_GzipBomb_FailsCall()
    {
        byte[] body = RawCall.Frame(1, 0);
        using (var target = new MemoryStream())
        {
            using (var gzip = new System.IO.Compression.GZipStream(target, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
                gzip.Write(new byte[64 * 1024 * 1024]);
            body = RawCall.Frame(1, (uint)target.Length, target.ToArray());
        }

        await using var server = await RawServer.StartAsync(RawServer.Answer(body, change: response => response.Headers["grpc-encoding"] = "gzip"));
        await Expect.FailureAsync(StatusCode.ResourceExhausted, server.Client.UnaryCallAsync(new SimpleRequest()));
    }
}
