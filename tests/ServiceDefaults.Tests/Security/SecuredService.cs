using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Tests.Security;

/// <summary>A real service with the defaults of all services, on loopback, with a clock that the test moves.</summary>
internal sealed class SecuredService : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly WebApplication _app;

    private SecuredService(WebApplication app) => _app = app;

    public FakeTimeProvider Time => (FakeTimeProvider)_app.Services.GetRequiredService<TimeProvider>();

    public Uri Http => _app.GetEndpoints().Http;

    public Uri Address => _app.GetEndpoints().Grpc;

    public static WebApplication Build(params string[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder(
            ["--Endpoints:GrpcPort=0", "--Endpoints:HttpPort=0", "--Telemetry:ScrapeCacheMilliseconds=0", .. settings]);
        builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(DateTimeOffset.UtcNow));
        builder.AddServiceDefaults(new ServiceDescription("Inversion", 0));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGrpcService<WhoAmIService>();
        return app;
    }

    public static async Task<SecuredService> StartAsync(params string[] settings)
    {
        var app = Build(settings);
        await app.StartAsync().WaitAsync(Patience);
        return new SecuredService(app);
    }

    /// <summary>The name under which a caller is known.</summary>
    public async Task<string> AskAsync(string? bearer = null, string? apiKey = null, Action<SslClientAuthenticationOptions>? tls = null, string? host = null)
    {
        using var handler = new SocketsHttpHandler { ConnectCallback = ConnectAsync };
        tls?.Invoke(handler.SslOptions);
        using var channel = GrpcChannel.ForAddress(
            new UriBuilder(Address) { Host = host ?? "localhost" }.Uri, new GrpcChannelOptions { HttpHandler = handler });
        var headers = new Metadata();
        if (bearer is not null) headers.Add("authorization", "Bearer " + bearer);
        if (apiKey is not null) headers.Add("x-api-key", apiKey);
        var answer = await new InversionService.InversionServiceClient(channel)
            .GetCapabilitiesAsync(new InversionServiceGetCapabilitiesRequest(), headers).ResponseAsync.WaitAsync(Patience);
        return answer.Build.Version;
    }

    /// <summary>Why a caller is turned away.</summary>
    public async Task<VideoGrainException> RefusalAsync(string? bearer = null, string? apiKey = null, Action<SslClientAuthenticationOptions>? tls = null, string? host = null) =>
        VideoGrainException.FromRpcException(await Assert.ThrowsAsync<RpcException>(() => AskAsync(bearer, apiKey, tls, host)));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // Whatever name a test calls the service by, it is here.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Address.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
