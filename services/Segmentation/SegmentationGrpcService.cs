using Grpc.Core;
using Microsoft.Extensions.Options;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Pipelines;
using VideoGrain.Segmentation.Requests;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Stages;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation;

/// <summary>The contract's SegmentationService: reads and checks calls, and hands the work to the pipelines.</summary>
internal sealed class SegmentationGrpcService(
    IOptions<SegmentationOptions> options,
    StageSlots slots,
    ModelRegistry models,
    SegmentPipeline segment,
    ClusterPipeline cluster,
    ControlPipeline control,
    FlowPipeline flow,
    ServiceDescription service,
    StageInstruments instruments,
    ErrorTranslator errors,
    Vitals vitals,
    TimeProvider time,
    ILogger<SegmentationGrpcService> logger) : SegmentationService.SegmentationServiceBase
{
    private readonly SegmentationOptions _options = options.Value;

    public override async Task SegmentVideo(
        IAsyncStreamReader<SegmentVideoRequest> requestStream, IServerStreamWriter<SegmentVideoResponse> responseStream, ServerCallContext context)
    {
        using var job = Begin();
        var reader = Read(requestStream, r => r.Header, r => r.Tensor);
        await job.RunAsync(async () =>
        {
            var header = await reader.HeaderAsync(context.CancellationToken);
            using var name = job.Name(header.JobId);
            SegmentHeaderValidator.Validate(header, _options);
            var input = new SegmentInput(header, _options);
            await reader.ChunksAsync(input.Accept, context.CancellationToken);
            input.Complete();
            await new StageOutput<SegmentVideoResponse>().RunAsync(
                (output, token) => job.Compute(() => segment.Run(header, input, output, token)), Count(responseStream, r => r.Tensor), context.CancellationToken);
            return (int)header.Geometry.FrameCount;
        });
    }

    public override async Task ClusterInversion(
        IAsyncStreamReader<ClusterInversionRequest> requestStream, IServerStreamWriter<ClusterInversionResponse> responseStream, ServerCallContext context)
    {
        using var job = Begin();
        var reader = Read(requestStream, r => r.Header, r => r.Tensor);
        await job.RunAsync(async () =>
        {
            var header = await reader.HeaderAsync(context.CancellationToken);
            using var name = job.Name(header.JobId);
            var assembler = new TensorAssembler(ClusterHeaderValidator.Validate(header, _options));
            await reader.ChunksAsync(assembler.Accept, context.CancellationToken);
            var tensors = assembler.Complete();
            await new StageOutput<ClusterInversionResponse>().RunAsync(
                (output, token) => job.Compute(() => cluster.Run(header, tensors, output, token)), Count(responseStream, r => r.Tensor), context.CancellationToken);
            return (int)header.Geometry.FrameCount;
        });
    }

    public override async Task EstimateControl(
        IAsyncStreamReader<EstimateControlRequest> requestStream, IServerStreamWriter<EstimateControlResponse> responseStream, ServerCallContext context)
    {
        using var job = Begin();
        var reader = Read(requestStream, r => r.Header, r => r.Tensor);
        await job.RunAsync(async () =>
        {
            var header = await reader.HeaderAsync(context.CancellationToken);
            using var name = job.Name(header.JobId);
            var violations = new ViolationList();
            violations.CheckJob(header.JobId, header.Model);
            violations.CheckGeometry(header.Geometry, _options);
            using var estimate = control.Prepare(header, violations);
            var frames = await reader.FramesAsync(header.Geometry, context.CancellationToken);
            await new StageOutput<EstimateControlResponse>().RunAsync(
                (output, token) => job.Compute(() => control.Run(estimate, frames, output, token)), Count(responseStream, r => r.Tensor), context.CancellationToken);
            return frames.Count;
        });
    }

    public override async Task EstimateFlow(
        IAsyncStreamReader<EstimateFlowRequest> requestStream, IServerStreamWriter<EstimateFlowResponse> responseStream, ServerCallContext context)
    {
        using var job = Begin();
        var reader = Read(requestStream, r => r.Header, r => r.Tensor);
        await job.RunAsync(async () =>
        {
            var header = await reader.HeaderAsync(context.CancellationToken);
            using var name = job.Name(header.JobId);
            var violations = new ViolationList();
            violations.CheckJob(header.JobId, header.Model);
            violations.CheckGeometry(header.Geometry, _options, leastFrames: 2);
            violations.ThrowIfAny();
            FlowPipeline.CheckModel(header.Model);
            var frames = await reader.FramesAsync(header.Geometry, context.CancellationToken);
            await new StageOutput<EstimateFlowResponse>().RunAsync(
                (output, token) => job.Compute(() => flow.Run(frames, output, token)), Count(responseStream, r => r.Tensor), context.CancellationToken);
            return frames.Count;
        });
    }

    public override Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context)
        => Task.FromResult(new ListModelsResponse
        {
            Models = { ModelCatalogue.List(models).Where(m => request.Task == PerceptionTask.Unspecified || m.Task == request.Task) },
        });

    public override Task<SegmentationServiceGetCapabilitiesResponse> GetCapabilities(
        SegmentationServiceGetCapabilitiesRequest request, ServerCallContext context)
        => Task.FromResult(new SegmentationServiceGetCapabilitiesResponse
        {
            Models = { ModelCatalogue.List(models) },
            Limits = _options.ToMessage(),
            Build = new BuildInfo { Version = service.Version, Revision = service.Revision },
            Busy = slots.IsBusy,
            RunningJobs = (uint)slots.Running,
        });

    private CallReader<TRequest, THeader> Read<TRequest, THeader>(
        IAsyncStreamReader<TRequest> stream, Func<TRequest, THeader?> headerOf, Func<TRequest, TensorChunk?> chunkOf)
        where TRequest : class, Google.Protobuf.IMessage
        where THeader : class
        => new(stream, _options.StreamLimits, time, instruments, headerOf, chunkOf);

    private CountingWriter<T> Count<T>(IServerStreamWriter<T> stream, Func<T, TensorChunk?> chunkOf) => new(stream, chunkOf, instruments);

    private MeasuredJob Begin() => new(slots.Acquire(), instruments, errors, vitals, time, logger);
}
