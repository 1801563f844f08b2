using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Orchestrator.Tests.Fakes;

internal sealed class FakeInversion(StageScript script) : InversionService.InversionServiceBase
{
    public const string Name = "inversion";

    public override async Task Invert(IAsyncStreamReader<InvertRequest> requestStream, IServerStreamWriter<InvertResponse> responseStream, ServerCallContext context)
    {
        await requestStream.MoveNext(context.CancellationToken);
        var header = requestStream.Current.Header;
        if (header.JobId.Length > 0)
            script.Enter(Name);

        script.OnHeader(Name, header);
        await responseStream.WriteAsync(new InvertResponse { Accepted = new InvertAccepted() }, context.CancellationToken);
        var tensors = await FakeTensors.ReadAsync(requestStream, message => message.Tensor, context);
        script.Calls.Enqueue((Name, header.JobId, (int)header.ResumeStepsDone));
        long[] shape = [header.Geometry.FrameCount, header.Geometry.Height / FakeMath.PixelsPerLatent, header.Geometry.Width / FakeMath.PixelsPerLatent, FakeMath.Channels];
        var start = FakeMath.Encode(tensors["frames"].Data, shape);
        var steps = (int)header.Options.InversionSteps;
        var latents = header.ResumeStepsDone > 0 ? tensors["checkpoint"].ToFloats() : start;
        for (var done = (int)header.ResumeStepsDone; done < steps; done++)
        {
            await script.StepAsync(Name, header.JobId, done + 1, context);
            latents = FakeMath.Step(latents, done, header.SourcePrompt);
            foreach (var chunk in TensorChunks.Split("latents", shape, latents))
                await responseStream.WriteAsync(new InvertResponse { Latents = new StepTensor { Step = (uint)done, Timestep = done, Chunk = chunk } }, context.CancellationToken);

            // After the latents: who hears of the step has its checkpoint.
            await responseStream.WriteAsync(
                new InvertResponse { Progress = new StageProgress { Stage = Stage.Inverting, StepsDone = (uint)done + 1, StepCount = (uint)steps } }, context.CancellationToken);
        }

        foreach (var chunk in TensorChunks.Split("source_latents", shape, start).Concat(TensorChunks.Split("source_mean", shape, start)))
            await responseStream.WriteAsync(new InvertResponse { Tensor = chunk }, context.CancellationToken);

        await responseStream.WriteAsync(new InvertResponse { Summary = new InvertSummary() }, context.CancellationToken);
    }

    public override Task<InversionServiceGetCapabilitiesResponse> GetCapabilities(InversionServiceGetCapabilitiesRequest request, ServerCallContext context) =>
        Task.FromResult(new InversionServiceGetCapabilitiesResponse
        {
            Models = { new ModelInfo { Name = "fake", Digest = script.ModelDigest, IsDefault = true, PixelsPerLatent = FakeMath.PixelsPerLatent } },
        });
}
