using Grpc.Net.Client;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Segmentation.Tests.Support;

/// <summary>The service on free loopback ports, and a client of it.</summary>
public sealed class SegmentationFixture : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;
    private GrpcChannel? _channel;

    public SegmentationFixture()
        : this([])
    {
    }

    internal SegmentationFixture(params string[] settings)
        => _app = SegmentationHost.Build(
            ["--Endpoints:GrpcPort=0", "--Endpoints:HttpPort=0", "--Logging:LogLevel:Default=Error", "--Segmentation:IdleTimeout=00:00:20", .. settings]);

    public SegmentationService.SegmentationServiceClient Client { get; private set; } = null!;

    public Uri Http => _app.GetEndpoints().Http;

    public static DateTime Deadline => DateTime.UtcNow + Patience;

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync().WaitAsync(Patience);
        await _app.Services.GetRequiredService<Readiness>().Started.WaitAsync(Patience);
        _channel = GrpcChannel.ForAddress(_app.GetEndpoints().Grpc);
        Client = new SegmentationService.SegmentationServiceClient(_channel);
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        await _app.StopAsync().WaitAsync(Patience);
        await _app.DisposeAsync();
    }
}
