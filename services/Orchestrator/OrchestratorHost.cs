using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Api;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Artifacts.S3;
using VideoGrain.Orchestrator.Execution;
using VideoGrain.Orchestrator.Hosting;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.Orchestrator.Scaling;
using VideoGrain.Orchestrator.Stages;
using VideoGrain.Orchestrator.Submission;
using VideoGrain.Orchestrator.Telemetry;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Security;

namespace VideoGrain.Orchestrator;

/// <summary>The orchestrator as an application.</summary>
public static class OrchestratorHost
{
    private static readonly string[] AuditedMethods =
    [
        nameof(OrchestratorGrpcService.SubmitEdit), nameof(OrchestratorGrpcService.EditVideo), nameof(OrchestratorGrpcService.CancelEdit),
        nameof(OrchestratorGrpcService.DeleteEdit), nameof(OrchestratorGrpcService.DownloadArtifact),
    ];

    /// <summary>Who the service is.</summary>
    public static ServiceDescription Description { get; } = new("Orchestrator", 5080);

    /// <summary>Builds the service; the caller starts it.</summary>
    /// <param name="args">Configuration as command-line arguments, such as "--Data:Root=data".</param>
    public static WebApplication Build(string[] args) => Build(args, _ => { });

    /// <summary>Builds the service.</summary>
    /// <param name="args">Configuration as command-line arguments.</param>
    /// <param name="configure">Changes the application before it is built.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.AddServiceDefaults(Description);
        AddOptions(builder);
        AddStorage(builder.Services);
        AddJobs(builder.Services);
        AddStages(builder.Services);
        AddApi(builder.Services);
        configure(builder);
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGrpcService<OrchestratorGrpcService>();

        // KEDA has no credentials to give.
        if (app.Services.GetRequiredService<IOptions<ScalingOptions>>().Value.ServeKeda)
            app.MapGrpcService<ScalerGrpcService>().AllowAnonymous();

        return app;
    }

    private static void AddOptions(WebApplicationBuilder builder)
    {
        // Every query is a line otherwise, every few seconds.
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
        Bind<StoreOptions>(StoreOptions.Section, options => options.IsValid);
        Bind<DataOptions>(DataOptions.Section, options => options.Root.Length > 0 && options.IsConsistent);
        Bind<LimitsOptions>(LimitsOptions.Section, options => options is
        {
            MaxFrames: > 0, MaxSourceFrames: > 0, MaxFramePixels: > 0, MaxClipPixels: > 0, MaxSourceFramePixels: > 0, MaxDecodedBytes: > 0, MaxUploadBytes: > 0,
            MaxRegions: >= 0 and <= 64, MaxSteps: > 0 and <= 1000, MaxPromptLength: > 0, PixelsPerLatent: > 0, MaxConcurrentDecodes: > 0,
        });
        Bind<QueueOptions>(QueueOptions.Section, options => options is { MaxQueued: > 0, MaxPerCaller: > 0 } && options.Quotas.Values.All(quota => quota > 0) && options.Weights.Values.All(weight => weight > 0));
        Bind<WorkerOptions>(WorkerOptions.Section, options =>
            options is { Parallelism: >= 0 and <= 64, CheckpointEvery: >= 0, CheckpointShare: > 0 and <= 1, MaxFruitlessAttempts: > 0 }
            && options.HeartbeatInterval > TimeSpan.Zero && options.PollInterval > TimeSpan.Zero && options.LeaseDuration > options.HeartbeatInterval
            && options.StorePause >= TimeSpan.Zero && options.StorePause <= TimeSpan.FromDays(1));
        Bind<RetentionOptions>(RetentionOptions.Section, options => options is { MaxCacheBytes: >= 0 } && options.SweepInterval > TimeSpan.Zero && options.OrphanInterval > TimeSpan.Zero && !(options.OrphanAge < TimeSpan.Zero));
        Bind<StageOptions>(StageOptions.Section, options =>
            options.MaxRetries >= 0 && options.StepTimeout > TimeSpan.Zero && options.CallTimeout > TimeSpan.Zero && options.TotalTimeout > TimeSpan.Zero
            && options.ResolveInterval > TimeSpan.Zero && options.LoadInterval > TimeSpan.Zero && (options.CertificatePath is null) == (options.CertificateKeyPath is null));
        Bind<ScalingOptions>(ScalingOptions.Section, options =>
            options is { TargetSeconds: > 0, AssumedTeraflops: > 0, MeasuredJobs: >= 0 and <= 1000 }
            && options.MeasureInterval > TimeSpan.Zero && options.PollInterval > TimeSpan.Zero);

        void Bind<T>(string section, Func<T, bool> isValid)
            where T : class => builder.Services.AddOptions<T>()
                .Bind(builder.Configuration.GetSection(section))
                .Validate(isValid, $"A value in the configuration section '{section}' is out of its range; docs/operations/orchestrator.md tells the ranges.")
                .ValidateOnStart();
    }

    private static void AddStorage(IServiceCollection services)
    {
        services.AddSingleton<DataFolder>();
        services.AddSingleton<DatabaseConnection>();
        services.AddSingleton<DatabaseWatch>();
        services.AddPooledDbContextFactory<JobsDbContext>((provider, options) =>
        {
            provider.GetRequiredService<DatabaseConnection>().Configure(options);
            options.AddInterceptors(provider.GetRequiredService<DatabaseWatch>());
        });
        services.AddHealthChecks().AddCheck<DatabaseCheck>("database", tags: [HealthTags.Ready]);
        services.AddSingleton<JobsDatabase>();
        services.AddSingleton<IExceptionTranslation, DatabaseErrorTranslation>();
        services.AddSingleton<IArtifactStore>(provider => provider.GetRequiredService<IOptions<StoreOptions>>().Value switch
        {
            { Kind: StoreKind.S3 } store => new S3ArtifactStore(store.S3, provider.GetRequiredService<TimeProvider>()),
            _ => new DirectoryArtifactStore(provider.GetRequiredService<DataFolder>().Artifacts),
        });
        services.AddSingleton(provider => new ScratchSpace(provider.GetRequiredService<DataFolder>().Scratch));
        services.AddStartupWork<OrchestratorStartup>();
    }

    private static void AddJobs(IServiceCollection services)
    {
        services.AddSingleton<SignalOutbox>();
        services.AddSingleton(provider => new JobSignals(provider.GetRequiredService<DatabaseConnection>().IsShared ? provider.GetRequiredService<SignalOutbox>() : null));
        services.AddSingleton<LeaseClock>();
        services.AddSingleton<ArtifactGuard>();
        services.AddSingleton<JobIds>();
        services.AddSingleton<JobIntake>();
        services.AddSingleton<JobQueue>();
        services.AddSingleton<JobJournal>();
        services.AddSingleton<JobCatalog>();
        services.AddSingleton<ArtifactCollector>();
        services.AddSingleton<ResultCache>();
        services.AddSingleton<OrchestratorInstruments>();
        services.AddSingleton<GpuBacklog>();
    }

    private static void AddStages(IServiceCollection services)
    {
        services.AddSingleton<IHostLookup, DnsLookup>();
        services.AddSingleton<StageChannels>();
        services.AddStartupWork<StageDiscovery>();
        services.AddSingleton<StagePipelines>();
        services.AddSingleton<StageRunner>();
        services.AddSingleton<StageCache>();
        services.AddSingleton<PreparingStage>();
        services.AddSingleton<InvertingStage>();
        services.AddSingleton<ClusteringStage>();
        services.AddSingleton<DenoisingInputs>();
        services.AddSingleton<DenoisingStage>();
        services.AddSingleton<FrameFiles>();
        services.AddSingleton<EditPictures>();
        services.AddSingleton<EncodingStage>();
        services.AddSingleton<FailureTranslation>();
        services.AddSingleton<RunningJobs>();
        services.AddSingleton<JobRunner>();
        services.AddHostedService<SignalRelay>();
        services.AddHostedService<SignalPoll>();
        services.AddHostedService<JobWorker>();
        services.AddHostedService<Janitor>();
    }

    private static void AddApi(IServiceCollection services)
    {
        services.AddSingleton<SpecificationChecks>();
        services.AddSingleton<StagePreflight>();
        services.AddSingleton<UploadDecoder>();
        services.AddSingleton<FrameStore>();
        services.AddSingleton<UploadPreparation>();
        services.AddSingleton<EditSubmission>();
        services.AddSingleton<ServiceGate>();
        services.AddSingleton<EditWatch>();
        services.AddSingleton<ArtifactDownload>();
        services.AddSingleton<Capabilities>();
        services.AddSingleton<IExceptionTranslation, StorageErrors>();
        services.Configure<AuditOptions>(options => options.Methods.UnionWith(AuditedMethods));
        services.AddOptions<AuditOptions>().PostConfigure<IOptions<DataOptions>>((audit, data) => audit.Folder ??= Path.Combine(data.Value.Root, "audit"));
    }
}
