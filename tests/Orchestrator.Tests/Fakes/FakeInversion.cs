using Google.Protobuf.WellKnownTypes;
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
        var accepted = new InvertAccepted { Nouns = { header.Nouns.Select((noun, i) => new NounMatch { Noun = noun, FirstToken = (uint)i + 1, TokenCount = 1 }) } };
        await responseStream.WriteAsync(new InvertResponse { Accepted = accepted }, context.CancellationToken);
        var tensors = await FakeTensors.ReadAsync(requestStream, message => message.Tensor, context);
        script.Calls.Enqueue((Name, header.JobId, (int)header.ResumeStepsDone));
        long[] shape = [header.Geometry.FrameCount, header.Geometry.Height / FakeMath.PixelsPerLatent, header.Geometry.Width / FakeMath.PixelsPerLatent, FakeMath.Channels];
        var start = FakeMath.Encode(tensors["frames"].Data, shape);
        var steps = (int)header.Options.InversionSteps;
        var latents = start;
        if (header.ResumeStepsDone > 0)
            latents = header.ReturnAttention ? tensors["source_trajectory"].ToFloats()[^start.Length..] : tensors["checkpoint"].ToFloats();

        // The attention stands for a mean over steps: it depends on all of them, those of a resumed run as well.
        var attention = header.ReturnAttention && header.ResumeStepsDone > 0 ? tensors["source_trajectory"].ToFloats().Sum() : 0;
        for (var done = (int)header.ResumeStepsDone; done < steps; done++)
        {
            await script.StepAsync(Name, header.JobId, done + 1, context);
            latents = FakeMath.Step(latents, done, header.SourcePrompt);
            attention += latents.Sum();
            foreach (var chunk in TensorChunks.Split("latents", shape, latents))
                await responseStream.WriteAsync(new InvertResponse { Latents = new StepTensor { Step = (uint)done, Timestep = done, Chunk = chunk } }, context.CancellationToken);

            // After the latents: who hears of the step has its checkpoint.
            var progress = new StageProgress { Stage = Stage.Inverting, StepsDone = (uint)done + 1, StepCount = (uint)steps, StepDuration = script.StepDuration?.ToDuration() };
            progress.Remaining = script.Remaining is { } remaining ? Duration.FromTimeSpan(remaining) : null;
            await responseStream.WriteAsync(new InvertResponse { Progress = progress }, context.CancellationToken);
        }

        foreach (var chunk in TensorChunks.Split("source_latents", shape, start).Concat(TensorChunks.Split("source_mean", shape, start)))
            await responseStream.WriteAsync(new InvertResponse { Tensor = chunk }, context.CancellationToken);

        if (header.ReturnAttention)
        {
            var tokens = shape[1] * shape[2];
            foreach (var (name, width) in new[] { ("self_attention", tokens), ("cross_attention", 77L) })
            {
                var values = Enumerable.Repeat(MathF.Round(attention, 2), (int)(shape[0] * tokens * width)).ToArray();
                foreach (var chunk in TensorChunks.Split(name, [shape[0], tokens, width], values))
                    await responseStream.WriteAsync(new InvertResponse { Tensor = chunk }, context.CancellationToken);
            }
        }

        await responseStream.WriteAsync(new InvertResponse { Summary = new InvertSummary() }, context.CancellationToken);
    }

    public override Task<InversionServiceGetCapabilitiesResponse> GetCapabilities(InversionServiceGetCapabilitiesRequest request, ServerCallContext context) =>
        Task.FromResult(new InversionServiceGetCapabilitiesResponse
        {
            Models = { new ModelInfo { Name = "fake", Digest = script.ModelDigest, IsDefault = true, PixelsPerLatent = FakeMath.PixelsPerLatent } },
        });
}
