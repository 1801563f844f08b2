using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Stages;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Contract;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Orchestrator.Api;

/// <summary>What the system can do, put together from the stages that can be reached and this service's own limits.</summary>
internal sealed class Capabilities(
    StageChannels channels,
    ServiceDescription service,
    IOptions<LimitsOptions> limits,
    IOptions<QueueOptions> queue,
    IOptions<WorkerOptions> worker,
    IOptions<StageOptions> stages,
    TimeProvider time)
{
    public async Task<OrchestratorServiceGetCapabilitiesResponse> DescribeAsync(CancellationToken cancellationToken)
    {
        var options = new CallOptions(deadline: time.GetUtcNow().UtcDateTime + stages.Value.CapabilitiesTimeout, cancellationToken: cancellationToken);
        var denoiser = AskAsync(channels.Denoiser.GetCapabilitiesAsync(new DenoiserServiceGetCapabilitiesRequest(), options).ResponseAsync);
        var segmentation = AskAsync(channels.Segmentation.GetCapabilitiesAsync(new SegmentationServiceGetCapabilitiesRequest(), options).ResponseAsync);
        var (models, perception) = (await denoiser, await segmentation);
        var result = new OrchestratorServiceGetCapabilitiesResponse
        {
            Limits = Limits(models?.Limits),
            Profiles = { EditOptionsMapping.Profiles() },
            Build = new BuildInfo { Version = service.Version, Revision = service.Revision },
        };
        if (models is not null)
            result.Models.Add(models.Models);
        if (perception is not null)
            result.PerceptionModels.Add(perception.Models);

        return result;
    }

    private OrchestratorLimits Limits(StageLimits? stage)
    {
        var own = limits.Value;
        return new OrchestratorLimits
        {
            MaxUploadBytes = (ulong)own.MaxUploadBytes,
            MaxQueuedEdits = (uint)queue.Value.MaxQueued,
            MaxEditsPerCaller = (uint)queue.Value.MaxPerCaller,
            Stage = new StageLimits
            {
                MaxFrames = Math.Min((uint)own.MaxFrames, stage?.MaxFrames ?? uint.MaxValue),
                MaxFramePixels = Math.Min((ulong)own.MaxFramePixels, stage?.MaxFramePixels ?? ulong.MaxValue),
                MaxClipPixels = Math.Min((ulong)own.MaxClipPixels, stage?.MaxClipPixels ?? ulong.MaxValue),
                MaxRegions = Math.Min((uint)own.MaxRegions, stage?.MaxRegions ?? uint.MaxValue),
                MaxSteps = Math.Min((uint)own.MaxSteps, stage?.MaxSteps ?? uint.MaxValue),
                MaxStreamBytes = (ulong)own.MaxUploadBytes,
                MaxStreamChunks = (ulong)Submission.EditSubmission.StreamLimits(own).MaxMessages,
                MaxChunkBytes = TensorLayout.MaxChunkBytes,
                IdleTimeout = Duration.FromTimeSpan(own.IdleTimeout),
                MaxConcurrentJobs = (uint)worker.Value.Parallelism,
            },
        };
    }

    private static async Task<T?> AskAsync<T>(Task<T> answer)
        where T : class
    {
        try
        {
            return await answer;
        }
        catch (RpcException)
        {
            // A stage that is away has nothing to offer now.
            return null;
        }
    }
}
