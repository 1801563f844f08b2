using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VideoGrain.Portable.Grpc.Tests.Interop;

namespace VideoGrain.Portable.Grpc.Tests.Hosting;

/// <summary>The interop service on Kestrel, on a free port of the loopback address. An error that a test does not expect fails it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(5);
    private readonly WebApplication _app;
    private readonly LogWatch _logs;

    private TestServer(WebApplication app, LogWatch logs, Uri address)
    {
        _app = app;
        _logs = logs;
        Address = address;
        Channel = GrpcChannel.ForAddress(address);
        Client = new TestService.TestServiceClient(Channel);
    }

    public Uri Address { get; }

    public GrpcChannel Channel { get; }

    public TestService.TestServiceClient Client { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Errors that this test causes on purpose.</summary>
    public bool ExpectErrors { get; set; }

    public IReadOnlyCollection<string> Errors => _logs.Problems;

    public static Task<TestServer> StartAsync(
        Action<GrpcServiceOptions>? options = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null,
        X509Certificate2? certificate = null,
        int port = 0) => StartAsync<InteropService>(options, services, map, certificate, port);

    /// <summary>Starts a server whose methods a test writes itself.</summary>
    public static Task<TestServer> StartAsync(Script script, Action<GrpcServiceOptions>? options = null) =>
        StartAsync<ScriptedService>(options, services => services.AddSingleton(script));

    public static async Task<TestServer> StartAsync<TService>(
        Action<GrpcServiceOptions>? options = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null,
        X509Certificate2? certificate = null,
        int port = 0)
        where TService : class
    {
        var logs = new LogWatch();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (certificate is not null)
                listen.UseHttps(certificate);
        }));
        builder.Services.AddGrpc(options ?? (_ => { }));
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapGrpcService<TService>();
        map?.Invoke(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestServer(app, logs, new Uri(app.Urls.Single()));
    }

    /// <summary>Stops at once, without waiting for the calls that run.</summary>
    public void Kill() => _ = _app.StopAsync(new CancellationToken(true));

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        using (var stop = new CancellationTokenSource(StopTime))
            await _app.StopAsync(stop.Token);
        await _app.DisposeAsync();
        if (!ExpectErrors)
            Assert.True(_logs.Problems.Count == 0, string.Join('\n', _logs.Problems));
    }
}
