using System.Globalization;
using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.StageSupport;

namespace VideoGrain.Denoiser.Tests;

/// <summary>Everything that a denoising sent.</summary>
internal sealed class DenoiseOutcome
{
    public DenoiseAccepted? Accepted { get; private set; }

    public DenoiseSummary? Summary { get; private set; }

    public List<StageProgress> Progress { get; } = [];

    /// <summary>Checkpoints, keyed by the step's number.</summary>
    public TensorCollector Checkpoints { get; } = new();

    /// <summary>Previews, keyed by the step's number.</summary>
    public TensorCollector Previews { get; } = new();

    /// <summary>Heat maps, keyed by the step's number.</summary>
    public TensorCollector HeatMaps { get; } = new();

    public DenoisePrepared? Prepared { get; private set; }

    public TensorCollector Tensors { get; } = new();

    public async Task ReadToEndAsync(AsyncDuplexStreamingCall<DenoiseRequest, DenoiseResponse> call)
    {
        while (await call.ResponseStream.MoveNext(CancellationToken.None)) Take(call.ResponseStream.Current);
    }

    /// <summary>Reads until the stage has prepared the edit.</summary>
    public async Task ReadUntilPreparedAsync(AsyncDuplexStreamingCall<DenoiseRequest, DenoiseResponse> call)
    {
        while (Prepared is null && await call.ResponseStream.MoveNext(CancellationToken.None)) Take(call.ResponseStream.Current);
        Assert.NotNull(Prepared);
    }

    private void Take(DenoiseResponse message)
    {
        Assert.Null(Summary);
        switch (message.PayloadCase)
        {
            case DenoiseResponse.PayloadOneofCase.Accepted:
                Accepted = message.Accepted;
                break;
            case DenoiseResponse.PayloadOneofCase.Progress:
                Progress.Add(message.Progress);
                break;
            case DenoiseResponse.PayloadOneofCase.Checkpoint:
                Checkpoints.Add(message.Checkpoint.Step.ToString(CultureInfo.InvariantCulture), message.Checkpoint.Chunk);
                break;
            case DenoiseResponse.PayloadOneofCase.Preview:
                Previews.Add(message.Preview.Step.ToString(CultureInfo.InvariantCulture), message.Preview.Chunk);
                break;
            case DenoiseResponse.PayloadOneofCase.HeatMaps:
                HeatMaps.Add(message.HeatMaps.Step.ToString(CultureInfo.InvariantCulture), message.HeatMaps.Chunk);
                break;
            case DenoiseResponse.PayloadOneofCase.Prepared:
                Prepared = message.Prepared;
                break;
            case DenoiseResponse.PayloadOneofCase.Tensor:
                Tensors.Add(message.Tensor.Name, message.Tensor);
                break;
            case DenoiseResponse.PayloadOneofCase.Summary:
                Summary = message.Summary;
                break;
            default:
                Assert.Fail($"unexpected message {message.PayloadCase}");
                break;
        }
    }
}
