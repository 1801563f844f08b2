using Grpc.Core;
using VideoGrain.Portable.Grpc.Tests.Interop;

namespace VideoGrain.Portable.Grpc.Tests.Hosting;

/// <summary>A service whose methods a test writes.</summary>
internal sealed class ScriptedService(Script script) : TestService.TestServiceBase
{
    public override Task<SimpleResponse> UnaryCall(SimpleRequest request, ServerCallContext context) => script.Unary(request, context);

    public override Task<StreamingInputCallResponse> StreamingInputCall(
        IAsyncStreamReader<StreamingInputCallRequest> requestStream, ServerCallContext context) => script.Input(requestStream, context);

    public override Task StreamingOutputCall(
        StreamingOutputCallRequest request, IServerStreamWriter<StreamingOutputCallResponse> responseStream, ServerCallContext context) =>
        script.Output(responseStream, context);

    public override Task FullDuplexCall(
        IAsyncStreamReader<StreamingOutputCallRequest> requestStream,
        IServerStreamWriter<StreamingOutputCallResponse> responseStream,
        ServerCallContext context) => script.Duplex(requestStream, responseStream, context);
}
