using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Contract;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Models;
using VideoGrain.ServiceDefaults.Stages;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Denoiser;

/// <summary>The contract's denoiser on the editing library's edit loop.</summary>
[BindServiceMethod(typeof(DenoiserGrpcService), nameof(Bind))]
internal sealed class DenoiserGrpcService(StageHost stage, ILogger<DenoiserGrpcService> logger) : DenoiserService.DenoiserServiceBase
{
    /// <summary>Binds the service's methods.</summary>
    public static void Bind(ServiceBinderBase binder, DenoiserService.DenoiserServiceBase? service) => DenoiserService.BindService(new ParsedRequests(binder), service);

    public override async Task Denoise(
        IAsyncStreamReader<DenoiseRequest> requestStream, IServerStreamWriter<DenoiseResponse> responseStream, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        var call = new StageCall<DenoiseRequest, DenoiseHeader>(
            requestStream, stage.Limits.Stream, message => message.Header, message => message.Tensor, stage.Instruments, stage.Time,
            message => message.PayloadCase == DenoiseRequest.PayloadOneofCase.KeepAlive);
        var header = await call.ReadHeaderAsync(cancellation);
        await stage.RunJobAsync(header.JobId, logger, async job =>
        {
            var plan = await DenoisePlan.CreateAsync(header, stage, cancellation);
            await responseStream.WriteAsync(new DenoiseResponse { Accepted = plan.Accepted(stage) }, cancellation);
            await using var intake = call.BeginTensors(plan.Takes(), DenoisePlan.PreparedFrom, cancellation);
            var run = new DenoiseRun(plan, await intake.First, intake.All, stage, job);
            await new StageOutput<DenoiseResponse>(stage.Limits.IdleTimeout, stage.Time).RunAsync(run.Compute, responseStream, cancellation);
        });
    }

    public override Task<DenoiserServiceGetCapabilitiesResponse> GetCapabilities(
        DenoiserServiceGetCapabilitiesRequest request, ServerCallContext context) =>
        Task.FromResult(new DenoiserServiceGetCapabilitiesResponse
        {
            Models = { stage.Models },
            Limits = stage.DescribeLimits(),
            Profiles = { EditOptionsMapping.Profiles() },
            Build = stage.DescribeBuild(),
            Busy = stage.IsBusy,
            RunningJobs = (uint)stage.RunningJobs,
        });
}
