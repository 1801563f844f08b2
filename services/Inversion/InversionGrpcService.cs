using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Contract;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Models;
using VideoGrain.ServiceDefaults.Stages;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Inversion;

/// <summary>The contract's inversion service on the editing library's inversion loop.</summary>
[BindServiceMethod(typeof(InversionGrpcService), nameof(Bind))]
internal sealed class InversionGrpcService(StageHost stage, ILogger<InversionGrpcService> logger) : InversionService.InversionServiceBase
{
    /// <summary>Binds the service's methods.</summary>
    public static void Bind(ServiceBinderBase binder, InversionService.InversionServiceBase? service) => InversionService.BindService(new ParsedRequests(binder), service);

    public override async Task Invert(
        IAsyncStreamReader<InvertRequest> requestStream, IServerStreamWriter<InvertResponse> responseStream, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        var call = new StageCall<InvertRequest, InvertHeader>(
            requestStream, stage.Limits.Stream, message => message.Header, message => message.Tensor, stage.Instruments, stage.Time);
        var header = await call.ReadHeaderAsync(cancellation);
        await stage.RunJobAsync(header.JobId, logger, async job =>
        {
            var plan = await InversionPlan.CreateAsync(header, stage, cancellation);
            await responseStream.WriteAsync(new InvertResponse { Accepted = plan.Accepted(stage) }, cancellation);
            var tensors = await call.ReadTensorsAsync(plan.Takes(), cancellation);
            var run = new InversionRun(plan, tensors, stage, job);
            await new StageOutput<InvertResponse>(stage.Limits.IdleTimeout, stage.Time).RunAsync(run.Compute, responseStream, cancellation);
        });
    }

    public override Task<InversionServiceGetCapabilitiesResponse> GetCapabilities(
        InversionServiceGetCapabilitiesRequest request, ServerCallContext context) =>
        Task.FromResult(new InversionServiceGetCapabilitiesResponse
        {
            Models = { stage.Models },
            Limits = stage.DescribeLimits(),
            Profiles = { EditOptionsMapping.Profiles() },
            Build = stage.DescribeBuild(),
            Busy = stage.IsBusy,
            RunningJobs = (uint)stage.RunningJobs,
        });
}
