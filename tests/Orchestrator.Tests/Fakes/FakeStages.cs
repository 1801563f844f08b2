using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace VideoGrain.Orchestrator.Tests.Fakes;

/// <summary>All three stages on one loopback port, scripted.</summary>
internal sealed class FakeStages : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeStages(WebApplication app, StageScript script, Uri address) => (_app, Script, Address) = (app, script, address);

    public StageScript Script { get; }

    public Uri Address { get; }

    public static async Task<FakeStages> StartAsync(StageScript? script = null, int port = 0, IPAddress? address = null)
    {
        script ??= new StageScript();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(script);
        builder.Services.AddGrpc();
        ListenOptions? endpoint = null;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address ?? IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            endpoint = listen;
        }));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        var app = builder.Build();
        app.MapGrpcService<FakeInversion>();
        app.MapGrpcService<FakeDenoiser>();
        app.MapGrpcService<FakeSegmentation>();
        await app.StartAsync(Support.Bounded.Token);
        return new FakeStages(app, script, new UriBuilder("http", (address ?? IPAddress.Loopback).ToString(), endpoint!.IPEndPoint!.Port).Uri);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
