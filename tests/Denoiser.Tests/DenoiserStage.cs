using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.StageSupport;

[assembly: AssemblyFixture(typeof(VideoGrain.Denoiser.Tests.DenoiserStage))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace VideoGrain.Denoiser.Tests;

/// <summary>One running denoiser for all tests: a stage runs one job at a time.</summary>
public sealed class DenoiserStage : IAsyncLifetime
{
    private StageServer? _server;

    internal StageServer Server => _server ?? throw new InvalidOperationException("not started");

    internal DenoiserService.DenoiserServiceClient Client => new(Server.Channel);

    public async ValueTask InitializeAsync() => _server = await StageServer.StartAsync(DenoiserHost.Build);

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>A valid header with two regions and few steps.</summary>
    internal static DenoiseHeader Header(uint steps = 3) => new()
    {
        JobId = "test",
        Geometry = TinyClip.Geometry,
        TargetPrompt = "Iron Man and Spiderman are jogging",
        SourcePrompt = "two men are jogging",
        NegativePrompt = "ugly",
        Regions = { new LayoutRegion { Id = "left", Phrase = "Iron Man" }, new LayoutRegion { Id = "right", Phrase = "Spiderman" } },
        Options = new EditOptions { InversionSteps = steps, Steps = steps, Seed = 7 },
    };

    internal static DenoiseRequest Message(TensorChunk chunk) => new() { Tensor = chunk };

    /// <summary>The tensors that the header needs.</summary>
    internal static IEnumerable<TensorChunk> Chunks() =>
        [.. TinyClip.LatentChunks("latents", TinyClip.Noise()), .. TinyClip.LatentChunks("source_mean", TinyClip.Noise(2)), .. TinyClip.MaskChunks()];

    /// <summary>A trajectory of latents after 0 to n steps.</summary>
    internal static IEnumerable<TensorChunk> TrajectoryChunks(int steps)
    {
        var values = Enumerable.Range(0, steps + 1).SelectMany(k => TinyClip.Noise(10 + k)).ToArray();
        return TensorChunks.Split("source_trajectory", [steps + 1, .. TinyClip.LatentShape], values);
    }

    /// <summary>Sends header and tensors, and reads to the end.</summary>
    internal static async Task<DenoiseOutcome> DenoiseAsync(
        DenoiserService.DenoiserServiceClient client, DenoiseHeader header, IEnumerable<TensorChunk>? chunks = null, CallOptions options = default)
    {
        using var call = client.Denoise(options);
        return await SendAsync(call, [new DenoiseRequest { Header = header }, .. (chunks ?? Chunks()).Select(Message)]);
    }

    /// <summary>Sends messages and reads to the end.</summary>
    internal static async Task<DenoiseOutcome> SendAsync(AsyncDuplexStreamingCall<DenoiseRequest, DenoiseResponse> call, IEnumerable<DenoiseRequest> messages)
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
        var outcome = new DenoiseOutcome();
        await outcome.ReadToEndAsync(call).WaitAsync(StageServer.Patience);
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
