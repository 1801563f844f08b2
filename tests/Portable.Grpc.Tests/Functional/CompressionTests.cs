using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;
using VideoGrain.Portable.Grpc.Tests.Hosting;
using VideoGrain.Portable.Grpc.Tests.Interop;

namespace VideoGrain.Portable.Grpc.Tests.Functional;

public sealed class CompressionTests
{
    private const int Size = 100_000;
    private static readonly Metadata CompressRequests = new() { { "grpc-internal-encoding-request", "gzip" } };

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task ServerCompression_ClientAccepts_ShrinksResponse(string algorithm)
    {
        await using var server = await TestServer.StartAsync(options => options.ResponseCompressionAlgorithm = algorithm);
        var response = await Wait.For(server.Client.UnaryCallAsync(new SimpleRequest { ResponseSize = Size }));
        Assert.Equal(Size, response.Payload.Body.Length);

        var body = RawCall.Message(new SimpleRequest { ResponseSize = Size }.ToByteArray());
        var raw = await RawCall.SendAsync(server.Address, body, request => request.Headers.Add("grpc-accept-encoding", algorithm));
        Assert.Equal(1, raw.Body[0]);
        Assert.InRange(raw.Body.Length, 1, Size / 10);
        Assert.Equal([algorithm], raw.Headers.GetValues("grpc-encoding"));
    }

    [Fact]
    public async Task ServerCompression_ClientDoesNotAccept_LeavesResponsePlain()
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.ResponseCompressionAlgorithm = "gzip";
            options.ResponseCompressionLevel = CompressionLevel.Fastest;
        });
        var raw = await RawCall.SendAsync(server.Address, RawCall.Message(new SimpleRequest { ResponseSize = Size }.ToByteArray()));
        Assert.Equal(0, raw.Body[0]);
        Assert.False(raw.Headers.Contains("grpc-encoding"));
    }

    [Fact]
    public async Task ClientCompression_Unary_ReachesHandlerWhole()
    {
        await using var server = await TestServer.StartAsync();
        var request = new SimpleRequest
        {
            ExpectCompressed = new BoolValue { Value = true },
            ResponseSize = 5,
            Payload = new Payload { Body = ByteString.CopyFrom(new byte[Size]) },
        };
        var response = await Wait.For(server.Client.UnaryCallAsync(request, CompressRequests));
        Assert.Equal(5, response.Payload.Body.Length);
    }

    [Fact]
    public async Task ClientCompression_StreamWithOnePlainMessage_ReachesHandlerWhole()
    {
        await using var server = await TestServer.StartAsync();
        using var call = server.Client.StreamingInputCall(CompressRequests);
        var request = new StreamingInputCallRequest { Payload = new Payload { Body = ByteString.CopyFrom(new byte[Size]) } };
        await Wait.For(call.RequestStream.WriteAsync(request));
        call.RequestStream.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
        await Wait.For(call.RequestStream.WriteAsync(request));
        await Wait.For(call.RequestStream.CompleteAsync());
        Assert.Equal(2 * Size, (await Wait.For(call.ResponseAsync)).AggregatedPayloadSize);
    }

    [Fact]
    public async Task ServerCompression_ChosenByHandler_AppliesToEachMessageAsAsked()
    {
        await using var server = await TestServer.StartAsync();
        var request = new StreamingOutputCallRequest
        {
            ResponseParameters =
            {
                new ResponseParameters { Size = 31415, Compressed = new BoolValue { Value = true } },
                new ResponseParameters { Size = 92653, Compressed = new BoolValue { Value = false } },
            },
        };
        using var call = server.Client.StreamingOutputCall(request);
        Assert.True(await Wait.For(call.ResponseStream.MoveNext()));
        Assert.Equal(31415, call.ResponseStream.Current.Payload.Body.Length);
        Assert.True(await Wait.For(call.ResponseStream.MoveNext()));
        Assert.Equal(92653, call.ResponseStream.Current.Payload.Body.Length);
    }

    [Fact]
    public async Task ClientCompression_UnknownName_IsRefusedAtOnce()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Throws<InvalidOperationException>(
            () => server.Client.UnaryCallAsync(new SimpleRequest(), new Metadata { { "grpc-internal-encoding-request", "lz77" } }));
    }
}
