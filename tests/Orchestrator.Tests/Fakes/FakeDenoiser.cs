using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Orchestrator.Tests.Fakes;

internal sealed class FakeDenoiser(StageScript script) : DenoiserService.DenoiserServiceBase
{
    public const string Name = "denoiser";

    public override async Task Denoise(IAsyncStreamReader<DenoiseRequest> requestStream, IServerStreamWriter<DenoiseResponse> responseStream, ServerCallContext context)
    {
        await requestStream.MoveNext(context.CancellationToken);
        var header = requestStream.Current.Header;
        if (header.JobId.Length > 0)
            script.Enter(Name);

        script.OnHeader(Name, header);
        await responseStream.WriteAsync(new DenoiseResponse { Accepted = new DenoiseAccepted() }, context.CancellationToken);
        var tensors = await FakeTensors.ReadAsync(requestStream, message => message.Tensor, context);
        script.Calls.Enqueue((Name, header.JobId, (int)header.ResumeStepsDone));
        var (height, width) = (header.Geometry.Height, header.Geometry.Width);
        long[] shape = [header.Geometry.FrameCount, height / FakeMath.PixelsPerLatent, width / FakeMath.PixelsPerLatent, FakeMath.Channels];
        var bias = tensors.TryGetValue("masks", out var masks) ? masks.Data.Sum(value => value) * 0.0001f : 0;
        bias += tensors["source_mean"].ToFloats().Sum() * 0.00001f;
        if (tensors.TryGetValue("source_trajectory", out var trajectory))
            bias += trajectory.ToFloats().Sum() * 0.00001f;

        var steps = (int)header.Options.Steps;
        var latents = (header.ResumeStepsDone > 0 ? tensors["checkpoint"] : tensors["latents"]).ToFloats();
        for (var done = (int)header.ResumeStepsDone; done < steps; done++)
        {
            await script.StepAsync(Name, header.JobId, done + 1, context);
            latents = FakeMath.Step(latents, done, header.TargetPrompt, bias);
            if (header.PreviewEvery > 0 && (done + 1) % header.PreviewEvery == 0)
            {
                foreach (var chunk in TensorChunks.Split("preview", ElementType.Uint8, [1, height, width, 3], FakeMath.Decode(latents, (int)(height * width * 3))))
                    await responseStream.WriteAsync(new DenoiseResponse { Preview = new StepTensor { Step = (uint)done, Chunk = chunk } }, context.CancellationToken);
            }

            foreach (var chunk in TensorChunks.Split("latents", shape, latents))
                await responseStream.WriteAsync(new DenoiseResponse { Checkpoint = new StepTensor { Step = (uint)done, Timestep = done, Chunk = script.OnCheckpoint(chunk) } }, context.CancellationToken);

            // After the latents: who hears of the step has its checkpoint.
            await responseStream.WriteAsync(
                new DenoiseResponse { Progress = new StageProgress { Stage = Stage.Denoising, StepsDone = (uint)done + 1, StepCount = (uint)steps, StepDuration = script.StepDuration?.ToDuration() } }, context.CancellationToken);
        }

        var frames = FakeMath.Decode(latents, (int)(header.Geometry.FrameCount * height * width * 3));
        foreach (var chunk in TensorChunks.Split("frames", ElementType.Uint8, [header.Geometry.FrameCount, height, width, 3], frames).Concat(TensorChunks.Split("latents", shape, latents)))
            await responseStream.WriteAsync(new DenoiseResponse { Tensor = chunk }, context.CancellationToken);

        await responseStream.WriteAsync(new DenoiseResponse { Summary = new DenoiseSummary() }, context.CancellationToken);
    }

    public override Task<DenoiserServiceGetCapabilitiesResponse> GetCapabilities(DenoiserServiceGetCapabilitiesRequest request, ServerCallContext context) =>
        Task.FromResult(new DenoiserServiceGetCapabilitiesResponse
        {
            Models = { new ModelInfo { Name = "fake", Digest = script.ModelDigest, IsDefault = true, PixelsPerLatent = FakeMath.PixelsPerLatent } },
            Limits = new StageLimits
            {
                MaxFrames = uint.MaxValue,
                MaxFramePixels = ulong.MaxValue,
                MaxClipPixels = ulong.MaxValue,
                MaxRegions = uint.MaxValue,
                MaxSteps = uint.MaxValue,
                MaxConcurrentJobs = script.Capacity,
            },
        });
}
