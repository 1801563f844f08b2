using Grpc.Core;
using VideoGrain.Portable.Grpc.Tests.Interop;

namespace VideoGrain.Portable.Grpc.Tests.Hosting;

/// <summary>What the methods of a <see cref="ScriptedService"/> do.</summary>
internal sealed class Script
{
    public Func<SimpleRequest, ServerCallContext, Task<SimpleResponse>> Unary { get; init; } = (_, _) => Task.FromResult(new SimpleResponse());

    public Func<IAsyncStreamReader<StreamingInputCallRequest>, ServerCallContext, Task<StreamingInputCallResponse>> Input { get; init; } =
        (_, _) => Task.FromResult(new StreamingInputCallResponse());

    public Func<IAsyncStreamReader<StreamingOutputCallRequest>, IServerStreamWriter<StreamingOutputCallResponse>, ServerCallContext, Task> Duplex { get; init; } =
        (_, _, _) => Task.CompletedTask;

    public Func<IServerStreamWriter<StreamingOutputCallResponse>, ServerCallContext, Task> Output { get; init; } = (_, _) => Task.CompletedTask;
}
