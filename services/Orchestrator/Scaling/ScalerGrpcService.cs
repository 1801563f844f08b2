using Grpc.Core;
using VideoGrain.Orchestrator.Api;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Scaling.Protos;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Orchestrator.Scaling;

/// <summary>What KEDA asks: the backlog of the stage that a trigger's metadata names, in GPU-seconds.</summary>
[BindServiceMethod(typeof(ScalerGrpcService), nameof(Bind))]
internal sealed class ScalerGrpcService(ServiceGate gate, GpuBacklog backlog, Drain drain) : ExternalScaler.ExternalScalerBase
{
    /// <summary>Key of the trigger's metadata that names the stage: "inverting" or "denoising".</summary>
    public const string StageKey = "stage";

    private static readonly string[] Known = [.. GpuStages.All.Select(GpuStages.Name)];

    /// <summary>Binds the service's methods.</summary>
    public static void Bind(ServiceBinderBase binder, ExternalScaler.ExternalScalerBase? service) => ExternalScaler.BindService(new ParsedRequests(binder), service);

    public override async Task<IsActiveResponse> IsActive(ScaledObjectRef request, ServerCallContext context)
    {
        var stage = StageOf(request);
        return new IsActiveResponse { Result = await SecondsAsync(stage, context) > 0 };
    }

    public override async Task StreamIsActive(ScaledObjectRef request, IServerStreamWriter<IsActiveResponse> responseStream, ServerCallContext context)
    {
        var stage = StageOf(request);
        await gate.EnterAsync(context.CancellationToken);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, drain.Token);
        try
        {
            await foreach (var isActive in backlog.WatchAsync(stage, either.Token))
                await responseStream.WriteAsync(new IsActiveResponse { Result = isActive }, either.Token);
        }
        catch (OperationCanceledException) when (drain.IsDraining && !context.CancellationToken.IsCancellationRequested)
        {
            throw new VideoGrainException(StatusCode.Unavailable, ErrorReasons.StageDraining, "the service is shutting down; listen to another replica");
        }
    }

    public override Task<GetMetricSpecResponse> GetMetricSpec(ScaledObjectRef request, ServerCallContext context)
    {
        var target = backlog.TargetSeconds;
        var metric = new MetricSpec { MetricName = MetricOf(StageOf(request)), TargetSize = Whole(target), TargetSizeFloat = target };
        return Task.FromResult(new GetMetricSpecResponse { MetricSpecs = { metric } });
    }

    public override async Task<GetMetricsResponse> GetMetrics(GetMetricsRequest request, ServerCallContext context)
    {
        var stage = StageOf(request.ScaledObjectRef);
        var seconds = await SecondsAsync(stage, context);
        return new GetMetricsResponse { MetricValues = { new MetricValue { MetricName = MetricOf(stage), MetricValue_ = Whole(seconds), MetricValueFloat = seconds } } };
    }

    private static string MetricOf(JobState stage) => $"gpu-seconds-{GpuStages.Name(stage)}";

    // Never rounded down to nothing: a fraction of a second of work still needs a GPU.
    private static long Whole(double seconds) => (long)Math.Ceiling(Math.Min(seconds, long.MaxValue / 2));

    private static JobState StageOf(ScaledObjectRef? request)
    {
        var metadata = request?.ScalerMetadata;
        var name = metadata is not null && metadata.TryGetValue(StageKey, out var given) ? given : null;
        if (GpuStages.Find(name) is { } stage)
            return stage;

        throw VideoGrainException.Invalid($"scalerMetadata.{StageKey}", $"must be one of: {string.Join(", ", Known)}");
    }

    private async Task<double> SecondsAsync(JobState stage, ServerCallContext context)
    {
        await gate.EnterAsync(context.CancellationToken);
        return (await backlog.EstimateAsync(context.CancellationToken)).Of(stage);
    }
}
