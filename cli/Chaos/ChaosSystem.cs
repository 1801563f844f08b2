using System.Globalization;
using VideoGrain.Cli.Chaos.Faults;
using VideoGrain.Orchestrator.Options;

namespace VideoGrain.Cli.Chaos;

/// <summary>
/// The system under test: the processes, a proxy before each stage and before the database, a disk and a clock of the orchestrator's own where the machine
/// allows them.
/// </summary>
internal sealed class ChaosSystem : IAsyncDisposable
{
    // Everything short, so that a run of minutes sees what a deployment sees in weeks; the attempts are many, because so are the kills.
    private static readonly string[] Impatience =
    [
        "--Worker:Parallelism=2", "--Worker:CheckpointEvery=2", "--Worker:ProgressInterval=00:00:00", "--Worker:PollInterval=00:00:00.500",
        "--Worker:LeaseDuration=00:00:06", "--Worker:HeartbeatInterval=00:00:02", "--Worker:MaxFruitlessAttempts=1000",
        "--Stages:StepTimeout=00:00:06", "--Stages:BaseDelay=00:00:00.100", "--Stages:MaxDelay=00:00:02", "--Stages:BreakDuration=00:00:01", "--Stages:MaxRetries=40",
        "--Retention:SweepInterval=00:00:01", "--Limits:IdleTimeout=00:00:10",
    ];

    // Where replicas share a store, bytes that a dead one left are cleared away by age.
    private static readonly string[] QuickCollection = ["--Retention:OrphanAge=00:00:15", "--Retention:OrphanInterval=00:00:02"];

    // Frames this small are not worth a second thread, and four processes share the machine.
    private const string SmallEngine = "--Engine:Threads=1";
    private const string ConnectionVariable = "VIDEOGRAIN_CHAOS_DATABASE";

    private readonly Dictionary<ServiceName, ServiceProcess> _services = [];
    private readonly Dictionary<ServiceName, StreamProxy> _proxies = [];
    private readonly DatabaseServer? _server;

    private ChaosSystem(ChaosSettings settings, IReadOnlyList<ServiceName> names, IReadOnlyList<int> ports, DatabaseServer? server)
    {
        string root = Path.GetFullPath(settings.Folder), models = Path.GetFullPath(settings.Models);
        Data = Directory.CreateDirectory(Path.Combine(root, "data")).FullName;
        Temporary = Directory.CreateDirectory(Path.Combine(root, "tmp")).FullName;
        string logs = Directory.CreateDirectory(Path.Combine(root, "logs")).FullName;
        Marker = string.Create(CultureInfo.InvariantCulture, $"VIDEOGRAIN_CHAOS_RUN={Environment.ProcessId}-{settings.Seed}");
        Disk = SmallDisk.TryMount(Data);
        Clock = MovableClock.TryFind(root);
        (_server, Database) = (server, server is null ? null : new StreamProxy(ports[^1]));
        Dictionary<string, string> environment = new(StringComparer.Ordinal) { ["TMPDIR"] = Temporary, [Marker.Split('=')[0]] = Marker.Split('=')[1] };
        foreach (ServiceName stage in names.Where(n => !n.IsOrchestrator()))
        {
            Add(stage, stage == ServiceName.Segmentation ? [$"--Segmentation:ModelsDirectory={models}"] : [$"--Models:Root={models}", SmallEngine], environment);
            _proxies[stage] = new StreamProxy(ports[(int)stage]);
        }

        string[] orchestrator =
        [
            $"--Data:Root={Data}", .. Impatience, $"--Stages:Segmentation={_proxies[ServiceName.Segmentation].Address}",
            $"--Stages:Inversion={_proxies[ServiceName.Inversion].Address}", $"--Stages:Denoiser={_proxies[ServiceName.Denoiser].Address}",
        ];
        if (Database is not null)
        {
            orchestrator = [.. orchestrator, .. QuickCollection, $"--Data:Database={DatabaseKind.Postgres}", $"--Data:ConnectionStringVariable={ConnectionVariable}"];
            environment[ConnectionVariable] = DatabaseServer.ConnectionString(Database.Address);
            Add(ServiceName.Replica, orchestrator, environment);
        }

        Add(ServiceName.Orchestrator, orchestrator, Clock is null ? environment : environment.Concat(Clock.Environment));
        Addresses = [.. names.Where(n => n.IsOrchestrator()).Select(n => new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ports[(int)n]}")))];

        void Add(ServiceName name, IEnumerable<string> own, IEnumerable<KeyValuePair<string, string>> variables) => _services[name] = new ServiceProcess(
            name, ports[(int)name], ports[(int)name + names.Count], Path.Combine(logs, name.ToString().ToLowerInvariant() + ".log"), own, variables);
    }

    /// <summary>Where callers find the orchestrators.</summary>
    public IReadOnlyList<Uri> Addresses { get; }

    /// <summary>The proxy before the database; null where the database is a file.</summary>
    public StreamProxy? Database { get; }

    /// <summary>The orchestrator's data folder.</summary>
    public string Data { get; }

    /// <summary>The folder that the processes take for temporary files.</summary>
    public string Temporary { get; }

    /// <summary>What every process of the system, children of theirs included, has in its environment.</summary>
    public string Marker { get; }

    /// <summary>The orchestrator's disk; null where this machine does not allow one of its own.</summary>
    public SmallDisk? Disk { get; }

    /// <summary>The orchestrator's clock; null where libfaketime is not installed.</summary>
    public MovableClock? Clock { get; }

    /// <summary>The processes.</summary>
    public IReadOnlyCollection<ServiceProcess> Services => _services.Values;

    /// <summary>The faults besides kills that this machine allows.</summary>
    public IReadOnlyList<FaultKind> PossibleFaults =>
    [
        FaultKind.StallStream, FaultKind.CutStream, FaultKind.SlowStream,
        .. Disk is null ? (IEnumerable<FaultKind>)[] : [FaultKind.FillDisk],
        .. Clock is null ? (IEnumerable<FaultKind>)[] : [FaultKind.JumpClock],
        .. Database is null ? (IEnumerable<FaultKind>)[] : [FaultKind.CutDatabase, FaultKind.StallDatabase],
    ];

    /// <summary>Prepares the system below a folder; nothing runs yet but the database's server, where there is one.</summary>
    /// <param name="settings">The run.</param>
    /// <param name="cancellation">Gives it up.</param>
    public static async Task<ChaosSystem> PrepareAsync(ChaosSettings settings, CancellationToken cancellation)
    {
        bool isShared = settings.Database == DatabaseKind.Postgres;
        ServiceName[] names = [.. Enum.GetValues<ServiceName>().Where(n => isShared || n != ServiceName.Replica)];

        // Two for each process, and the last one for the database.
        IReadOnlyList<int> ports = FreePorts.Take((2 * names.Length) + 1);
        return new ChaosSystem(settings, names, ports, isShared ? await DatabaseServer.StartAsync(ports[^1], cancellation) : null);
    }

    /// <summary>A process.</summary>
    public ServiceProcess Service(ServiceName name) => _services[name];

    /// <summary>The proxy before a stage.</summary>
    public StreamProxy Proxy(ServiceName stage) => _proxies[stage];

    /// <summary>Starts what is not running, and waits until everything is ready.</summary>
    public async Task EnsureReadyAsync(CancellationToken cancellation)
    {
        foreach (ServiceProcess service in Services)
            await service.RestartIfDeadAsync(cancellation);
        await Task.WhenAll(Services.Select(s => s.EnsureReadyAsync(cancellation)));
    }

    /// <summary>Ends the processes, the orchestrators first: they hand their jobs back while the stages still answer.</summary>
    public async Task StopAsync()
    {
        await Task.WhenAll(Services.Where(s => s.Name.IsOrchestrator()).Select(s => s.StopAsync()));
        await Task.WhenAll(Services.Select(s => s.StopAsync()));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (ServiceProcess service in Services)
            await service.DisposeAsync();
        foreach (StreamProxy proxy in _proxies.Values)
            await proxy.DisposeAsync();
        if (Database is not null)
            await Database.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        Disk?.Dispose();
    }
}
