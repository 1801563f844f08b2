using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.StageSupport;

[assembly: AssemblyFixture(typeof(VideoGrain.Inversion.Tests.InversionStage))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace VideoGrain.Inversion.Tests;

/// <summary>One running inversion service for all tests: a stage runs one job at a time.</summary>
public sealed class InversionStage : IAsyncLifetime
{
    private StageServer? _server;

    internal StageServer Server => _server ?? throw new InvalidOperationException("not started");

    internal InversionService.InversionServiceClient Client => new(Server.Channel);

    public async ValueTask InitializeAsync() => _server = await StageServer.StartAsync(InversionHost.Build);

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>A valid header of few steps.</summary>
    internal static InvertHeader Header(uint steps = 3) => new()
    {
        JobId = "test",
        Geometry = TinyClip.Geometry,
        SourcePrompt = "a man in a red hoodie",
        Options = new EditOptions { InversionSteps = steps, Steps = steps, Seed = 7 },
    };

    internal static InvertRequest Message(TensorChunk chunk) => new() { Tensor = chunk };

    /// <summary>Sends header and messages, and reads to the end.</summary>
    internal static async Task<InversionOutcome> InvertAsync(
        InversionService.InversionServiceClient client, InvertHeader header, IEnumerable<InvertRequest>? messages = null, CallOptions options = default)
    {
        using var call = client.Invert(options);
        return await SendAsync(call, [new InvertRequest { Header = header }, .. messages ?? TinyClip.PictureChunks().Select(Message)]);
    }

    /// <summary>Sends messages and reads to the end.</summary>
    internal static async Task<InversionOutcome> SendAsync(AsyncDuplexStreamingCall<InvertRequest, InvertResponse> call, IEnumerable<InvertRequest> messages)
    {
        var sending = Task.Run(async () =>
        {
            try
            {
                foreach (var message in messages) await call.RequestStream.WriteAsync(message);
                await call.RequestStream.CompleteAsync();
            }
            catch (Exception exception) when (exception is RpcException or InvalidOperationException)
            {
                // The stage may answer before it has read everything; what it answers counts.
            }
        });
        var outcome = await InversionOutcome.ReadAsync(call).WaitAsync(StageServer.Patience);
        await sending.WaitAsync(StageServer.Patience);
        return outcome;
    }

    /// <summary>The error that a call ends with.</summary>
    internal static async Task<VideoGrainException> ErrorOfAsync(Func<Task> call)
    {
        var exception = await Assert.ThrowsAsync<RpcException>(call);
        return VideoGrainException.FromRpcException(exception);
    }
}
