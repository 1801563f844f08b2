using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>The connections to the stages. A name with several addresses is served in turns, so a stage's replicas share the work.</summary>
internal sealed class StageChannels : IDisposable
{
    private readonly List<GrpcChannel> _channels = [];
    private readonly ServiceProvider _resolvers;

    public StageChannels(IOptions<StageOptions> options, ClientTelemetryInterceptor telemetry, ILoggerFactory loggers)
    {
        _resolvers = new ServiceCollection().AddSingleton<ResolverFactory>(new DnsResolverFactory(options.Value.ResolveInterval)).BuildServiceProvider();
        Segmentation = new SegmentationService.SegmentationServiceClient(Open(options.Value.Segmentation));
        Inversion = new InversionService.InversionServiceClient(Open(options.Value.Inversion));
        Denoiser = new DenoiserService.DenoiserServiceClient(Open(options.Value.Denoiser));

        CallInvoker Open(string address)
        {
            var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
            {
                LoggerFactory = loggers,
                ServiceProvider = _resolvers,
                ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } },
                Credentials = address.StartsWith(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase) ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure,

                // A stage that comes back is found within seconds; how often a job asks is bounded elsewhere.
                InitialReconnectBackoff = TimeSpan.FromMilliseconds(200),
                MaxReconnectBackoff = TimeSpan.FromSeconds(5),
            });
            _channels.Add(channel);
            return channel.Intercept(telemetry);
        }
    }

    /// <summary>The segmentation service.</summary>
    public SegmentationService.SegmentationServiceClient Segmentation { get; }

    /// <summary>The inversion service.</summary>
    public InversionService.InversionServiceClient Inversion { get; }

    /// <summary>The denoiser service.</summary>
    public DenoiserService.DenoiserServiceClient Denoiser { get; }

    public void Dispose()
    {
        _channels.ForEach(channel => channel.Dispose());
        _resolvers.Dispose();
    }
}
