using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using VideoGrain.Portable.Grpc.Tests.Hosting;
using VideoGrain.Portable.Grpc.Tests.Interop;

namespace VideoGrain.Portable.Grpc.Tests.Hostile;

/// <summary>What a server does with requests that break the protocol: a status each, no logged error, and it keeps serving.</summary>
public sealed class HostileClientTests
{
    private const string Internal = "13";
    private const string ResourceExhausted = "8";
    private const string Unimplemented = "12";

    public static TheoryData<string, byte[], string> BrokenBodies => new()
    {
        { "a prefix that claims 4 GiB", RawCall.Frame(0, uint.MaxValue), ResourceExhausted },
        { "a prefix that claims 2 GiB", RawCall.Frame(0, int.MaxValue), ResourceExhausted },
        { "a prefix just beyond the limit", RawCall.Frame(0, 4 * 1024 * 1024 + 1), ResourceExhausted },
        { "an end within the prefix", [0, 0, 0], Internal },
        { "an end within the message", RawCall.Frame(0, 1000, 1, 2, 3), Internal },
        { "no message", [], Internal },
        { "two messages", [.. RawCall.Message(), .. RawCall.Message()], Internal },
        { "bytes after the message", [.. RawCall.Message(), 0], Internal },
        { "a wrong compression flag", RawCall.Frame(2, 0), Internal },
        { "a compressed message without grpc-encoding", RawCall.Frame(1, 3, 1, 2, 3), Internal },
        { "bytes that are no protobuf", RawCall.Message(0xff, 0xff, 0xff), Internal },
    };

    [Theory]
    [MemberData(nameof(BrokenBodies), DisableDiscoveryEnumeration = true)]
    public async Task Body_Broken_EndsWithStatus(string what, byte[] body, string status)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await RawCall.SendAsync(server.Address, body);
        Assert.True(status == answer.Status, $"{what}: {answer.Status} {answer.Message}");
        Assert.Equal(HttpStatusCode.OK, answer.Http);
        await Wait.For(server.Client.EmptyCallAsync(new Empty()));
    }

    [Fact]
    public async Task Body_CompressedInUnknownWay_TellsKnownWays()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await RawCall.SendAsync(
            server.Address, RawCall.Frame(1, 3, 1, 2, 3), request => request.Headers.Add("grpc-encoding", "lz77"));
        Assert.Equal(Unimplemented, answer.Status);
        Assert.Equal(["identity,gzip,deflate"], answer.Headers.GetValues("grpc-accept-encoding"));
    }

    [Theory]
    [InlineData("gzip", 0)]
    [InlineData("gzip", 1)]
    [InlineData("gzip", 20)]
    [InlineData("gzip", -1)]
    [InlineData("deflate", 0)]
    [InlineData("deflate", 6)]
    [InlineData("deflate", -1)]
    public async Task Body_CompressedAndCutOff_EndsWithInternal(string encoding, int kept)
    {
        var plain = new SimpleRequest { Payload = new Payload { Body = ByteString.CopyFrom(new byte[1000]) } }.ToByteArray();
        var whole = Compress(plain, stream => encoding == "gzip" ? new GZipStream(stream, CompressionLevel.Optimal, true) : new ZLibStream(stream, CompressionLevel.Optimal, true));
        var bytes = kept < 0 ? whole[..^-kept] : whole[..kept];
        await using var server = await TestServer.StartAsync();
        var answer = await RawCall.SendAsync(
            server.Address, RawCall.Frame(1, (uint)bytes.Length, bytes), request => request.Headers.Add("grpc-encoding", encoding));
        Assert.Equal(Internal, answer.Status);
    }

    [Fact]
    public async Task Body_GzipBomb_IsRefusedWithBoundedMemory()
    {
        const int mebibyte = 1024 * 1024;
        const int claimed = 1024;
        var bomb = Bomb(claimed * (long)mebibyte);
        await using var server = await TestServer.StartAsync();
        var before = GC.GetTotalAllocatedBytes();
        var answer = await RawCall.SendAsync(
            server.Address, RawCall.Frame(1, (uint)bomb.Length, bomb), request => request.Headers.Add("grpc-encoding", "gzip"));
        Assert.Equal(ResourceExhausted, answer.Status);

        // Tests beside this one allocate, too, but nothing near this.
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, claimed / 2L * mebibyte);
    }

    [Fact]
    public async Task Prefix_HugeWithoutLimit_AllocatesOnlyWhatArrives()
    {
        await using var server = await TestServer.StartAsync(options => options.MaxReceiveMessageSize = null);
        var before = GC.GetTotalAllocatedBytes();
        var answer = await RawCall.SendAsync(server.Address, RawCall.Frame(0, int.MaxValue, 1, 2, 3));
        Assert.Equal(Internal, answer.Status);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 512L * 1024 * 1024);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpcx")]
    [InlineData("text/plain")]
    public async Task ContentType_NotGrpc_IsUnsupportedMediaType(string contentType)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await RawCall.SendAsync(server.Address, RawCall.Message(), contentType: contentType);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Http);
    }

    [Theory]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc; charset=utf-8")]
    public async Task ContentType_WithFormat_IsServed(string contentType)
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal("0", (await RawCall.SendAsync(server.Address, RawCall.Message(), contentType: contentType)).Status);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("!!!!")]
    [InlineData("AAAA=AAA")]
    public async Task BinaryMetadata_NoBase64_EndsWithInternal(string value)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await RawCall.SendAsync(
            server.Address, RawCall.Message(), request => request.Headers.TryAddWithoutValidation("some-bin", value));
        Assert.Equal(Internal, answer.Status);
        Assert.Contains("some-bin", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/grpc.testing.TestService/NoSuchCall", "Method is unimplemented.")]
    [InlineData("/grpc.testing.NoSuchService/Call", "Service is unimplemented.")]
    public async Task Path_Unknown_IsUnimplemented(string path, string message)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await RawCall.SendAsync(server.Address, RawCall.Message(), path: path);
        Assert.Equal(Unimplemented, answer.Status);
        Assert.Equal(message, answer.Message);
    }

    [Fact]
    public async Task Connection_DroppedWithinMessage_CancelsHandlerWithoutError()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(new Script
        {
            Input = async (requests, context) =>
            {
                context.CancellationToken.Register(() => cancelled.TrySetResult());
                started.SetResult();
                while (await requests.MoveNext())
                {
                }

                return new StreamingInputCallResponse();
            },
        });
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            await Wait.For(socket.ConnectAsync(IPEndPoint.Parse(server.Address.Authority)));
            using var handler = new SocketsHttpHandler { ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(new NetworkStream(socket)) };
            using var client = new HttpClient(handler);
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "/grpc.testing.TestService/StreamingInputCall"))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new NeverEnding(RawCall.Frame(0, 1000, 1, 2, 3)),
            };
            var send = client.SendAsync(request);
            await Wait.For(started.Task);
            socket.Close(0);
            await Assert.ThrowsAnyAsync<Exception>(() => Wait.For(send));
        }

        await Wait.For(cancelled.Task);
    }

    private static byte[] Compress(byte[] plain, Func<Stream, Stream> compressor)
    {
        using var target = new MemoryStream();
        using (var stream = compressor(target))
            stream.Write(plain);
        return target.ToArray();
    }

    private static byte[] Bomb(long length)
    {
        var block = new byte[1024 * 1024];
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (; length > 0; length -= block.Length)
                gzip.Write(block);
        }

        return target.ToArray();
    }

    private sealed class NeverEnding : HttpContent
    {
        private readonly byte[] _start;

        public NeverEnding(byte[] start)
        {
            _start = start;
            Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/grpc");
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(_start, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
