using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Telemetry;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Security;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>The clients of the stages. Each call goes to the address that is least loaded of those that can be reached.</summary>
internal sealed class StageChannels : IDisposable
{
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(15);
    private readonly StageOptions _options;
    private readonly ClientTelemetryInterceptor _telemetry;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly ClientTls? _tls;
    private readonly Dictionary<string, StagePool> _pools = new(StringComparer.Ordinal);

    public StageChannels(
        IOptions<StageOptions> options, ClientTelemetryInterceptor telemetry, IHostLookup lookup, OrchestratorInstruments instruments, CertificateWatch certificates,
        TimeProvider time, ILoggerFactory loggers)
    {
        (_options, _telemetry, _time, _loggers) = (options.Value, telemetry, time, loggers);
        if (_options is not { CaPath: null, CertificatePath: null })
            _tls = new ClientTls(_options.CaPath, _options.CertificatePath, _options.CertificateKeyPath, certificates);

        Segmentation = new(Open("segmentation", _options.Segmentation, async (invoker, call) =>
        {
            var answer = await new SegmentationService.SegmentationServiceClient(invoker).GetCapabilitiesAsync(new SegmentationServiceGetCapabilitiesRequest(), call);
            return Load(answer.Limits, answer.RunningJobs);
        }));
        Inversion = new(Open("inversion", _options.Inversion, async (invoker, call) =>
        {
            var answer = await new InversionService.InversionServiceClient(invoker).GetCapabilitiesAsync(new InversionServiceGetCapabilitiesRequest(), call);
            return Load(answer.Limits, answer.RunningJobs);
        }));
        Denoiser = new(Open("denoiser", _options.Denoiser, async (invoker, call) =>
        {
            var answer = await new DenoiserService.DenoiserServiceClient(invoker).GetCapabilitiesAsync(new DenoiserServiceGetCapabilitiesRequest(), call);
            return Load(answer.Limits, answer.RunningJobs);
        }));
        instruments.WatchAddresses(() => _pools.Values.SelectMany(pool => pool.States.Select(entry => (pool.Stage, entry.State))));

        CallInvoker Open(string stage, string address, Func<CallInvoker, CallOptions, Task<StageLoad>> askLoad)
        {
            var pool = new StagePool(
                stage, new Uri(address), _tls is not null, Connect, askLoad, lookup, _options, time, loggers.CreateLogger<StagePool>());
            _pools.Add(stage, pool);
            return new BalancedInvoker(pool, _options.StepTimeout, time);
        }
    }

    /// <summary>The segmentation service.</summary>
    public SegmentationService.SegmentationServiceClient Segmentation { get; }

    /// <summary>The inversion service.</summary>
    public InversionService.InversionServiceClient Inversion { get; }

    /// <summary>The denoiser service.</summary>
    public DenoiserService.DenoiserServiceClient Denoiser { get; }

    /// <summary>Whether a stage has an address that neither failed nor refused lately, so that a retry need not wait.</summary>
    public bool IsReady(string stage) => _pools.TryGetValue(stage, out var pool) && pool.HasReady;

    /// <summary>Waits until an address of every stage is known.</summary>
    public Task KnownAsync(CancellationToken cancellationToken) => Task.WhenAll(_pools.Values.Select(pool => pool.Known)).WaitAsync(cancellationToken);

    public void Dispose()
    {
        foreach (var pool in _pools.Values)
            pool.Dispose();
    }

    private static StageLoad Load(StageLimits? limits, uint running) => new((int)running, (int)Math.Max(1, limits?.MaxConcurrentJobs ?? 1));

    // The connection goes to the address, while the name is what the stage's certificate must hold.
    private StageNode Connect(Uri address, string host)
    {
        var secure = address.Scheme == Uri.UriSchemeHttps;
        var name = new UriBuilder(address.Scheme, host, address.Port).Uri;
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = ConnectTimeout,
            ConnectCallback = (_, cancellationToken) => ConnectAsync(address, cancellationToken),

            // A machine that vanishes sends no farewell.
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = PingAfter,
            KeepAlivePingTimeout = PingTimeout,
        };
        if (secure)
        {
            // New connections take new certificates; old ones do not live for ever.
            handler.PooledConnectionLifetime = ConnectionLifetime;
            _tls?.Apply(handler.SslOptions);
        }

        var channel = GrpcChannel.ForAddress(name, new GrpcChannelOptions
        {
            LoggerFactory = _loggers,
            HttpHandler = handler,
            DisposeHttpClient = true,
            Credentials = secure ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure,

            // How often an address is tried is the circuit breaker's business.
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(200),
            MaxReconnectBackoff = TimeSpan.FromSeconds(5),
        });

        // Telemetry knows the stage by its name: addresses come and go with the replicas.
        return new StageNode(address, channel, _telemetry.For(name), _options, _time);
    }

    private static async ValueTask<Stream> ConnectAsync(Uri address, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.IdnHost, address.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
