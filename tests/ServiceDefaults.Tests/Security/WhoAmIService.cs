using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Security;

namespace VideoGrain.ServiceDefaults.Tests.Security;

/// <summary>Answers with the caller's name.</summary>
internal sealed class WhoAmIService : InversionService.InversionServiceBase
{
    public override Task<InversionServiceGetCapabilitiesResponse> GetCapabilities(InversionServiceGetCapabilitiesRequest request, ServerCallContext context) =>
        Task.FromResult(new InversionServiceGetCapabilitiesResponse { Build = new BuildInfo { Version = context.GetCaller() } });
}
