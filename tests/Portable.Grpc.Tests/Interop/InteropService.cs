using Google.Protobuf;
using Grpc.Core;

namespace VideoGrain.Portable.Grpc.Tests.Interop;

/// <summary>The server side of the interop cases, as gRPC's interop description asks for it.</summary>
internal sealed class InteropService : TestService.TestServiceBase
{
    private const string EchoHeader = "x-grpc-test-echo-initial";
    private const string EchoTrailer = "x-grpc-test-echo-trailing-bin";
    private const string RequestCompression = "grpc-internal-encoding-request";
    private const int MicrosecondsPerMillisecond = 1000;

    public override async Task<Empty> EmptyCall(Empty request, ServerCallContext context)
    {
        await EchoMetadataAsync(context);
        return new Empty();
    }

    public override async Task<SimpleResponse> UnaryCall(SimpleRequest request, ServerCallContext context)
    {
        await EchoMetadataAsync(context, request.ResponseCompressed?.Value ?? false);
        RequireCompression(context, request.ExpectCompressed);
        Require(request.ResponseStatus);
        return new SimpleResponse { Payload = PayloadOf(request.ResponseSize) };
    }

    public override async Task<StreamingInputCallResponse> StreamingInputCall(
        IAsyncStreamReader<StreamingInputCallRequest> requestStream, ServerCallContext context)
    {
        await EchoMetadataAsync(context);
        var total = 0;
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            RequireCompression(context, request.ExpectCompressed);
            total += request.Payload.Body.Length;
        }

        return new StreamingInputCallResponse { AggregatedPayloadSize = total };
    }

    public override async Task StreamingOutputCall(
        StreamingOutputCallRequest request, IServerStreamWriter<StreamingOutputCallResponse> responseStream, ServerCallContext context)
    {
        await EchoMetadataAsync(context, request.ResponseParameters.Any(parameters => parameters.Compressed?.Value ?? false));
        await RespondAsync(request, responseStream, context);
    }

    public override async Task FullDuplexCall(
        IAsyncStreamReader<StreamingOutputCallRequest> requestStream,
        IServerStreamWriter<StreamingOutputCallResponse> responseStream,
        ServerCallContext context)
    {
        await EchoMetadataAsync(context);
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
            await RespondAsync(request, responseStream, context);
    }

    private static async Task RespondAsync(
        StreamingOutputCallRequest request, IServerStreamWriter<StreamingOutputCallResponse> responses, ServerCallContext context)
    {
        Require(request.ResponseStatus);
        foreach (var parameters in request.ResponseParameters)
        {
            if (parameters.IntervalUs > 0)
                await Task.Delay(TimeSpan.FromMilliseconds((double)parameters.IntervalUs / MicrosecondsPerMillisecond), context.CancellationToken);
            responses.WriteOptions = new WriteOptions(parameters.Compressed?.Value ?? true ? default : WriteFlags.NoCompress);
            await responses.WriteAsync(new StreamingOutputCallResponse { Payload = PayloadOf(parameters.Size) }, context.CancellationToken);
        }
    }

    private static async Task EchoMetadataAsync(ServerCallContext context, bool compressed = false)
    {
        var headers = new Metadata();
        if (context.RequestHeaders.GetValue(EchoHeader) is { } text)
            headers.Add(EchoHeader, text);
        if (compressed)
            headers.Add(RequestCompression, "gzip");
        foreach (var entry in context.RequestHeaders.GetAll(EchoTrailer))
            context.ResponseTrailers.Add(entry);
        if (headers.Count > 0)
            await context.WriteResponseHeadersAsync(headers);
    }

    // The interop description: INVALID_ARGUMENT when a request that should be compressed is not.
    private static void RequireCompression(ServerCallContext context, BoolValue? expected)
    {
        if (expected?.Value == true && context.GetHttpContext().Request.Headers["grpc-encoding"] != "gzip")
            throw new RpcException(new Status(StatusCode.InvalidArgument, "The request is not compressed."));
    }

    private static void Require(EchoStatus? status)
    {
        if (status is { Code: not 0 })
            throw new RpcException(new Status((StatusCode)status.Code, status.Message));
    }

    private static Payload PayloadOf(int size) => new() { Body = UnsafeByteOperations.UnsafeWrap(new byte[size]) };
}
