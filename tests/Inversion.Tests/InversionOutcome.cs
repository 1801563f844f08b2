using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.StageSupport;

namespace VideoGrain.Inversion.Tests;

/// <summary>Everything that an inversion sent.</summary>
internal sealed class InversionOutcome
{
    public InvertAccepted? Accepted { get; private set; }

    public InvertSummary? Summary { get; private set; }

    public List<StageProgress> Progress { get; } = [];

    /// <summary>Latents by step, keyed by the step's number.</summary>
    public TensorCollector Latents { get; } = new();

    public TensorCollector Tensors { get; } = new();

    public IReadOnlyList<int> LatentSteps => [.. Latents.Names.Select(int.Parse)];

    public float[] LastLatents => Latents.Floats(Latents.Names.Last());

    public static async Task<InversionOutcome> ReadAsync(AsyncDuplexStreamingCall<InvertRequest, InvertResponse> call)
    {
        var outcome = new InversionOutcome();
        await outcome.ReadToEndAsync(call);
        return outcome;
    }

    /// <summary>Reads to the end; what came before an error stays.</summary>
    public async Task ReadToEndAsync(AsyncDuplexStreamingCall<InvertRequest, InvertResponse> call)
    {
        while (await call.ResponseStream.MoveNext(CancellationToken.None)) Take(call.ResponseStream.Current);
    }

    public void Take(InvertResponse message)
    {
        Assert.Null(Summary);
        switch (message.PayloadCase)
        {
            case InvertResponse.PayloadOneofCase.Accepted:
                Accepted = message.Accepted;
                break;
            case InvertResponse.PayloadOneofCase.Progress:
                Progress.Add(message.Progress);
                break;
            case InvertResponse.PayloadOneofCase.Latents:
                Latents.Add(message.Latents.Step.ToString(System.Globalization.CultureInfo.InvariantCulture), message.Latents.Chunk);
                break;
            case InvertResponse.PayloadOneofCase.Tensor:
                Tensors.Add(message.Tensor.Name, message.Tensor);
                break;
            case InvertResponse.PayloadOneofCase.Summary:
                Summary = message.Summary;
                break;
            default:
                Assert.Fail($"unexpected message {message.PayloadCase}");
                break;
        }
    }
}
