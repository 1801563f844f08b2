using System.Diagnostics;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using VideoGrain.Portable.Grpc.Tests.Hosting;
using VideoGrain.Portable.Grpc.Tests.Interop;
using Status = Grpc.Core.Status;

namespace VideoGrain.Portable.Grpc.Tests.Functional;

public sealed class MetadataTests
{
    private static readonly byte[] OddBytes = [0xab, 0xab, 0xab, 0, 0xff];

    [Fact]
    public async Task RequestMetadata_TextAndBinaryWithSeveralValues_ReachesHandler()
    {
        Metadata? seen = null;
        await using var server = await TestServer.StartAsync(new Script
        {
            Unary = (_, context) =>
            {
                seen = context.RequestHeaders;
                return Task.FromResult(new SimpleResponse());
            },
        });
        var sent = new Metadata { { "Key", "one" }, { "key", "two" }, { "odd-bin", OddBytes }, { "odd-bin", [] }, { "odd-bin", "x"u8.ToArray() } };
        await Wait.For(server.Client.UnaryCallAsync(new SimpleRequest(), sent));
        Assert.Equal(["one", "two"], seen!.GetAll("key").SelectMany(entry => entry.Value.Split(", ")));
        Assert.Equal([OddBytes, [], "x"u8.ToArray()], seen.GetAll("odd-bin").Select(entry => entry.ValueBytes));
        Assert.StartsWith("grpc-dotnet/", seen.GetValue("user-agent"));
    }

    [Theory]
    [InlineData("q6s=", new byte[] { 0xab, 0xab })]
    [InlineData("q6s", new byte[] { 0xab, 0xab })]
    [InlineData("qw==", new byte[] { 0xab })]
    [InlineData("qw", new byte[] { 0xab })]
    [InlineData("", new byte[0])]
    public async Task BinaryMetadata_WithOrWithoutPadding_IsRead(string text, byte[] expected)
    {
        byte[]? seen = null;
        await using var server = await TestServer.StartAsync(new Script
        {
            Unary = (_, context) =>
            {
                seen = context.RequestHeaders.GetValueBytes("some-bin");
                return Task.FromResult(new SimpleResponse());
            },
        });
        var answer = await RawCall.SendAsync(
            server.Address, RawCall.Message(), request => request.Headers.TryAddWithoutValidation("some-bin", text));
        Assert.Equal("0", answer.Status);
        Assert.Equal(expected, seen);
    }

    [Fact]
    public async Task ResponseMetadata_HeadersAndTrailers_ReachClient()
    {
        await using var server = await TestServer.StartAsync(new Script
        {
            Unary = async (_, context) =>
            {
                await context.WriteResponseHeadersAsync(new Metadata { { "early", "header" }, { "early-bin", OddBytes } });
                context.ResponseTrailers.Add("late", "trailer");
                context.ResponseTrailers.Add("late-bin", OddBytes);
                return new SimpleResponse();
            },
        });
        using var call = server.Client.UnaryCallAsync(new SimpleRequest());
        var headers = await Wait.For(call.ResponseHeadersAsync);
        await Wait.For(call);
        Assert.Equal("header", headers.GetValue("early"));
        Assert.Equal(OddBytes, headers.GetValueBytes("early-bin"));
        Assert.Equal("trailer", call.GetTrailers().GetValue("late"));
        Assert.Equal(OddBytes, call.GetTrailers().GetValueBytes("late-bin"));
        Assert.Null(headers.Get("late"));
    }

    [Fact]
    public async Task Status_SetByHandler_ReachesClientWithResponseLost()
    {
        await using var server = await TestServer.StartAsync(new Script
        {
            Unary = (_, context) =>
            {
                context.Status = new Status(StatusCode.DataLoss, "gone");
                return Task.FromResult(new SimpleResponse());
            },
        });
        var failure = await Expect.FailureAsync(StatusCode.DataLoss, server.Client.UnaryCallAsync(new SimpleRequest()));
        Assert.Equal("gone", failure.Status.Detail);
    }

    [Theory]
    [InlineData("\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n")]
    [InlineData("100% plain, even 50%25")]
    [InlineData("")]
    public async Task StatusMessage_AnyText_ArrivesUnchanged(string message)
    {
        await using var server = await TestServer.StartAsync();
        var request = new SimpleRequest { ResponseStatus = new EchoStatus { Code = (int)StatusCode.Aborted, Message = message } };
        var failure = await Expect.FailureAsync(StatusCode.Aborted, server.Client.UnaryCallAsync(request));
        Assert.Equal(message, failure.Status.Detail);
    }

    [Fact]
    public async Task StatusDetails_OfGoogleRpcStatus_ReachClient()
    {
        var status = new Google.Rpc.Status
        {
            Code = (int)Code.InvalidArgument,
            Message = "bad field",
            Details = { Any.Pack(new BadRequest { FieldViolations = { new BadRequest.Types.FieldViolation { Field = "frames", Description = "too many" } } }) },
        };
        await using var server = await TestServer.StartAsync(new Script { Unary = (_, _) => throw status.ToRpcException() });
        using var call = server.Client.UnaryCallAsync(new SimpleRequest());
        var failure = await Expect.FailureAsync(StatusCode.InvalidArgument, call);
        Assert.Equal(status, failure.GetRpcStatus());
        Assert.Equal(status, call.GetTrailers().GetRpcStatus());
    }

    [Fact]
    public async Task TrailersOnlyResponse_HeadersTask_GivesMetadata()
    {
        await using var server = await TestServer.StartAsync(new Script
        {
            Unary = (_, _) => throw new RpcException(new Status(StatusCode.NotFound, "no"), new Metadata { { "why", "because" } }),
        });
        using var call = server.Client.UnaryCallAsync(new SimpleRequest());
        Assert.Equal("because", (await Wait.For(call.ResponseHeadersAsync)).GetValue("why"));
        Assert.Equal(StatusCode.NotFound, call.GetStatus().StatusCode);
    }

    [Fact]
    public void Entry_KeyOrValueOfWrongKind_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("key-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("key", Encoding.ASCII.GetBytes("bytes")));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("kéy", "text"));
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("key", "text"));
    }

    [Fact]
    public async Task TraceContext_OfCaller_ReachesHandler()
    {
        string? seen = null;
        await using var server = await TestServer.StartAsync(new Script
        {
            Unary = (_, context) =>
            {
                seen = context.RequestHeaders.GetValue("traceparent");
                return Task.FromResult(new SimpleResponse());
            },
        });
        using var activity = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        await Wait.For(server.Client.UnaryCallAsync(new SimpleRequest()));
        Assert.Contains(activity.TraceId.ToHexString(), seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HostAndPeer_OfCall_AreKnownToHandler()
    {
        (string Host, string Peer, string Method) seen = default;
        await using var server = await TestServer.StartAsync(new Script
        {
            Unary = (_, context) =>
            {
                seen = (context.Host, context.Peer, context.Method);
                return Task.FromResult(new SimpleResponse());
            },
        });
        await Wait.For(server.Client.WithHost("some.where:1234").UnaryCallAsync(new SimpleRequest()));
        Assert.Equal("some.where:1234", seen.Host);
        Assert.StartsWith("ipv4:127.0.0.1:", seen.Peer);
        Assert.Equal(RawCall.UnaryPath, seen.Method);
    }
}
