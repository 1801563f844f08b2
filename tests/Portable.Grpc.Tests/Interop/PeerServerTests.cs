using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using VideoGrain.Portable.Grpc.Tests.Hosting;

namespace VideoGrain.Portable.Grpc.Tests.Interop;

/// <summary>This client against servers written by others.</summary>
public sealed class PeerServerTests(PeerServers servers) : IClassFixture<PeerServers>
{
    private const int LargeRequest = 271828;
    private const int LargeResponse = 314159;
    private const string EchoHeader = "x-grpc-test-echo-initial";
    private const string EchoTrailer = "x-grpc-test-echo-trailing-bin";
    private static readonly int[] RequestSizes = [27182, 8, 1828, 45904];
    private static readonly int[] ResponseSizes = [31415, 9, 2653, 58979];

    // grpc-js has no way for a server to compress.
    public static TheoryData<Peer, string> Cases =>
    [
        .. Enum.GetValues<Peer>()
            .SelectMany(peer => InteropCases.All.Select(name => (peer, name)))
            .Where(pair => pair != (Peer.GrpcJs, InteropCases.ServerCompressedStreaming)),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Case_OnPeersServer_Holds(Peer peer, string testCase)
    {
        using var channel = GrpcChannel.ForAddress(servers.AddressOf(peer));
        var client = new TestService.TestServiceClient(channel);
        await (testCase switch
        {
            "empty_unary" => EmptyUnaryAsync(client),
            "large_unary" => LargeUnaryAsync(client),
            "client_streaming" => ClientStreamingAsync(client),
            "server_streaming" => ServerStreamingAsync(client, ResponseSizes),
            "ping_pong" => PingPongAsync(client),
            "empty_stream" => EmptyStreamAsync(client),
            "timeout_on_sleeping_server" => TimeoutOnSleepingServerAsync(client),
            "cancel_after_begin" => CancelAfterBeginAsync(client),
            "cancel_after_first_response" => CancelAfterFirstResponseAsync(client),
            "status_code_and_message" => StatusCodeAndMessageAsync(client),
            "special_status_message" => StatusMessageAsync(client, "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"),
            "unimplemented_method" => Expect.FailureAsync(StatusCode.Unimplemented, client.UnimplementedCallAsync(new Empty())),
            "unimplemented_service" => Expect.FailureAsync(
                StatusCode.Unimplemented, new UnimplementedService.UnimplementedServiceClient(channel).UnimplementedCallAsync(new Empty())),
            "custom_metadata" => CustomMetadataAsync(client),
            "client_compressed_unary" => ClientCompressedUnaryAsync(client),
            InteropCases.ServerCompressedStreaming => ServerCompressedStreamingAsync(client),
            _ => throw new ArgumentException($"The case {testCase} is unknown.", nameof(testCase)),
        });
    }

    private static async Task EmptyUnaryAsync(TestService.TestServiceClient client) =>
        Assert.Equal(new Empty(), await Wait.For(client.EmptyCallAsync(new Empty())));

    private static async Task LargeUnaryAsync(TestService.TestServiceClient client) =>
        Assert.Equal(LargeResponse, (await Wait.For(client.UnaryCallAsync(Large()))).Payload.Body.Length);

    private static async Task ClientStreamingAsync(TestService.TestServiceClient client)
    {
        using var call = client.StreamingInputCall();
        foreach (var size in RequestSizes)
            await Wait.For(call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = Body(size) }));
        await Wait.For(call.RequestStream.CompleteAsync());
        Assert.Equal(74922, (await Wait.For(call.ResponseAsync)).AggregatedPayloadSize);
    }

    private static async Task ServerStreamingAsync(TestService.TestServiceClient client, int[] sizes)
    {
        using var call = client.StreamingOutputCall(Output(sizes));
        Assert.Equal(sizes, await SizesAsync(call.ResponseStream));
    }

    private static async Task PingPongAsync(TestService.TestServiceClient client)
    {
        using var call = client.FullDuplexCall();
        foreach (var (sent, expected) in RequestSizes.Zip(ResponseSizes))
        {
            var request = Output(expected);
            request.Payload = Body(sent);
            await Wait.For(call.RequestStream.WriteAsync(request));
            Assert.True(await Wait.For(call.ResponseStream.MoveNext()));
            Assert.Equal(expected, call.ResponseStream.Current.Payload.Body.Length);
        }

        await Wait.For(call.RequestStream.CompleteAsync());
        Assert.False(await Wait.For(call.ResponseStream.MoveNext()));
    }

    private static async Task EmptyStreamAsync(TestService.TestServiceClient client)
    {
        using var call = client.FullDuplexCall();
        await Wait.For(call.RequestStream.CompleteAsync());
        Assert.Empty(await SizesAsync(call.ResponseStream));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    private static async Task TimeoutOnSleepingServerAsync(TestService.TestServiceClient client)
    {
        using var call = client.FullDuplexCall(deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(200));
        var request = new StreamingOutputCallRequest
        {
            ResponseParameters = { new ResponseParameters { Size = 1, IntervalUs = 1_000_000 } },
            Payload = Body(27182),
        };
        await Wait.For(call.RequestStream.WriteAsync(request));
        await Expect.FailureAsync(StatusCode.DeadlineExceeded, () => call.ResponseStream.MoveNext());
    }

    private static async Task CancelAfterBeginAsync(TestService.TestServiceClient client)
    {
        using var cancellation = new CancellationTokenSource();
        using var call = client.StreamingInputCall(cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();
        await Expect.FailureAsync(StatusCode.Cancelled, () => call.ResponseAsync);
    }

    private static async Task CancelAfterFirstResponseAsync(TestService.TestServiceClient client)
    {
        using var cancellation = new CancellationTokenSource();
        using var call = client.FullDuplexCall(cancellationToken: cancellation.Token);
        await Wait.For(call.RequestStream.WriteAsync(Output(31415)));
        Assert.True(await Wait.For(call.ResponseStream.MoveNext()));
        await cancellation.CancelAsync();
        await Expect.FailureAsync(StatusCode.Cancelled, () => call.ResponseStream.MoveNext());
    }

    private static async Task StatusCodeAndMessageAsync(TestService.TestServiceClient client)
    {
        const string message = "test status message";
        await StatusMessageAsync(client, message);
        using var call = client.FullDuplexCall();
        await Wait.For(call.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseStatus = Unknown(message) }));
        await Wait.For(call.RequestStream.CompleteAsync());
        var failure = await Expect.FailureAsync(StatusCode.Unknown, () => call.ResponseStream.MoveNext());
        Assert.Equal(message, failure.Status.Detail);
    }

    private static async Task StatusMessageAsync(TestService.TestServiceClient client, string message)
    {
        var call = client.UnaryCallAsync(new SimpleRequest { ResponseStatus = Unknown(message) });
        Assert.Equal(message, (await Expect.FailureAsync(StatusCode.Unknown, call)).Status.Detail);
    }

    private static async Task CustomMetadataAsync(TestService.TestServiceClient client)
    {
        byte[] bytes = [0xab, 0xab, 0xab];
        var metadata = new Metadata { { EchoHeader, "test_initial_metadata_value" }, { EchoTrailer, bytes } };
        using var unary = client.UnaryCallAsync(Large(), metadata);
        await Wait.For(unary);
        Check(await Wait.For(unary.ResponseHeadersAsync), unary.GetTrailers());
        using var duplex = client.FullDuplexCall(metadata);
        await Wait.For(duplex.RequestStream.WriteAsync(Output(31415)));
        await Wait.For(duplex.RequestStream.CompleteAsync());
        Assert.Equal([31415], await SizesAsync(duplex.ResponseStream));
        Check(await Wait.For(duplex.ResponseHeadersAsync), duplex.GetTrailers());

        void Check(Metadata headers, Metadata trailers)
        {
            Assert.Equal("test_initial_metadata_value", headers.GetValue(EchoHeader));
            Assert.Equal(bytes, trailers.GetValueBytes(EchoTrailer));
        }
    }

    private static async Task ClientCompressedUnaryAsync(TestService.TestServiceClient client)
    {
        var headers = new Metadata { { "grpc-internal-encoding-request", "gzip" } };
        Assert.Equal(LargeResponse, (await Wait.For(client.UnaryCallAsync(Large(), headers))).Payload.Body.Length);
        var plain = new CallOptions(headers, writeOptions: new WriteOptions(WriteFlags.NoCompress));
        Assert.Equal(LargeResponse, (await Wait.For(client.UnaryCallAsync(Large(), plain))).Payload.Body.Length);
    }

    private static async Task ServerCompressedStreamingAsync(TestService.TestServiceClient client)
    {
        var request = Output(31415, 92653);
        request.ResponseParameters[0].Compressed = new BoolValue { Value = true };
        request.ResponseParameters[1].Compressed = new BoolValue { Value = false };
        using var call = client.StreamingOutputCall(request);
        Assert.Equal([31415, 92653], await SizesAsync(call.ResponseStream));
    }

    private static async Task<List<int>> SizesAsync(IAsyncStreamReader<StreamingOutputCallResponse> responses)
    {
        var sizes = new List<int>();
        while (await Wait.For(responses.MoveNext()))
            sizes.Add(responses.Current.Payload.Body.Length);
        return sizes;
    }

    private static SimpleRequest Large() => new() { ResponseSize = LargeResponse, Payload = Body(LargeRequest) };

    private static Payload Body(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };

    private static EchoStatus Unknown(string message) => new() { Code = (int)StatusCode.Unknown, Message = message };

    private static StreamingOutputCallRequest Output(params int[] sizes) =>
        new() { ResponseParameters = { sizes.Select(size => new ResponseParameters { Size = size }) } };
}
