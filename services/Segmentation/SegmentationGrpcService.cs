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
[BindServiceMethod(typeof(SegmentationGrpcService), nameof(Bind))]
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

    /// <summary>Binds the service's methods.</summary>
    public static void Bind(ServiceBinderBase binder, SegmentationService.SegmentationServiceBase? service) => SegmentationService.BindService(new ParsedRequests(binder), service);

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
            using var plan = await segment.PrepareAsync(header, context.CancellationToken);
            var (input, feed) = (new SegmentInput(header, _options), new FrameFeed(time));
            await StreamAsync(
                token => reader.FeedAsync(feed, input.Accept, input.Complete, token),
                (output, token) => job.Compute(() => segment.Run(plan, header, input, feed, output, token), feed),
                Count(responseStream, r => r.Tensor), context.CancellationToken);
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
            await Output<ClusterInversionResponse>().RunAsync(
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
            using var estimate = await control.PrepareAsync(header, violations, context.CancellationToken);
            var (frames, feed) = (new FrameAssembler(header.Geometry), new FrameFeed(time));
            await StreamAsync(
                token => reader.FramesAsync(feed, frames, token),
                (output, token) => job.Compute(() => control.Run(estimate, header.Geometry, feed, output, token), feed),
                Count(responseStream, r => r.Tensor), context.CancellationToken);
            return (int)header.Geometry.FrameCount;
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
            using var estimate = await flow.PrepareAsync(header.Model, context.CancellationToken);
            var (frames, feed) = (new FrameAssembler(header.Geometry), new FrameFeed(time));
            await StreamAsync(
                token => reader.FramesAsync(feed, frames, token),
                (output, token) => job.Compute(() => flow.Run(estimate, header.Geometry, feed, output, token), feed),
                Count(responseStream, r => r.Tensor), context.CancellationToken);
            return (int)header.Geometry.FrameCount;
        });
    }

    public override Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context)
        => Task.FromResult(new ListModelsResponse
        {
            Models = { ModelCatalogue.List(models).Where(m => request.Task == PerceptionTask.Unspecified || m.Task == request.Task) },
            Problems = { ModelCatalogue.Problems(models) },
        });

    public override Task<SegmentationServiceGetCapabilitiesResponse> GetCapabilities(
        SegmentationServiceGetCapabilitiesRequest request, ServerCallContext context)
        => Task.FromResult(new SegmentationServiceGetCapabilitiesResponse
        {
            Models = { ModelCatalogue.List(models) },
            Limits = _options.ToMessage(),
            Build = new BuildInfo
            {
                Version = service.Version,
                Revision = service.Revision,
                Engine = ExecutionProviders.Engine(_options),
                Device = ExecutionProviders.Device(_options),
            },
            Busy = slots.IsBusy,
            RunningJobs = (uint)slots.Running,
        });

    // Reading, computing and writing go on side by side; what ends one of them ends all.
    private async Task StreamAsync<TResponse>(
        Func<CancellationToken, Task> read,
        Action<StageOutput<TResponse>, CancellationToken> compute,
        IServerStreamWriter<TResponse> responses,
        CancellationToken cancellationToken)
        where TResponse : class
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = read(stop.Token);
        try
        {
            await Output<TResponse>().RunAsync(compute, responses, cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    private StageOutput<T> Output<T>()
        where T : class
        => new(_options.IdleTimeout, time);

    private CallReader<TRequest, THeader> Read<TRequest, THeader>(
        IAsyncStreamReader<TRequest> stream, Func<TRequest, THeader?> headerOf, Func<TRequest, TensorChunk?> chunkOf)
        where TRequest : class, Google.Protobuf.IMessage
        where THeader : class
        => new(stream, _options.StreamLimits, time, instruments, headerOf, chunkOf);

    private CountingWriter<T> Count<T>(IServerStreamWriter<T> stream, Func<T, TensorChunk?> chunkOf) => new(stream, chunkOf, instruments);

    private MeasuredJob Begin() => new(slots.Acquire(), instruments, errors, vitals, time, logger);
}
