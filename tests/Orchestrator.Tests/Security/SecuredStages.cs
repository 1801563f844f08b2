using VideoGrain.Orchestrator.Tests.Fakes;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Tests.Security;

namespace VideoGrain.Orchestrator.Tests.Security;

/// <summary>Scripted stages behind the TLS of real services: whoever calls needs a certificate of the authority, and the name to call by is theirs.</summary>
internal sealed class SecuredStages : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SecuredStages(WebApplication app, StageScript script) => (_app, Script) = (app, script);

    public StageScript Script { get; }

    public int Port => _app.GetEndpoints().Grpc.Port;

    public static async Task<SecuredStages> StartAsync(TestAuthority authority, string host)
    {
        var script = new StageScript();
        var own = authority.Issue("stages", host, TestAuthority.ServerUsage);
        var builder = WebApplication.CreateSlimBuilder(
        [
            "--Endpoints:GrpcPort=0", "--Endpoints:HttpPort=0", $"--Endpoints:CertificatePath={own.Path}", $"--Endpoints:CertificateKeyPath={own.KeyPath}",
            $"--Endpoints:ClientCaPath={authority.Path}", "--Auth:Certificates:Names:0=orchestrator",
        ]);
        builder.AddServiceDefaults(new ServiceDescription("Stages", 0));
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(script);
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGrpcService<FakeInversion>();
        app.MapGrpcService<FakeDenoiser>();
        app.MapGrpcService<FakeSegmentation>();
        await app.StartAsync(Bounded.Token);
        return new SecuredStages(app, script);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
