using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Persistence;

namespace VideoGrain.Orchestrator.Tests.Support;

/// <summary>The orchestrator's bookkeeping over a database and a store in a folder, with a clock that the test moves.</summary>
internal sealed class JobsFixture : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private int _submissions;

    private JobsFixture(TempFolder folder, TestDatabase database)
    {
        (Folder, _database) = (folder, database);
        Contexts = new Factory(database.Options());
        Database = new JobsDatabase(Contexts);
        Store = new DirectoryArtifactStore(Path.Combine(folder.Path, "artifacts"));
        var queue = Microsoft.Extensions.Options.Options.Create(QueueOptions);
        var worker = Microsoft.Extensions.Options.Options.Create(WorkerOptions);
        var retention = Microsoft.Extensions.Options.Options.Create(RetentionOptions);
        Signals = new JobSignals();
        var guard = new ArtifactGuard(Store);
        Intake = new JobIntake(Database, Signals, guard, queue, Time);
        Queue = new JobQueue(Database, Signals, worker, retention, new LeaseClock(Time));
        Journal = new JobJournal(Database, Signals, guard, retention, Time);
        Catalog = new JobCatalog(Database, Signals, retention, Time);
        Collector = new ArtifactCollector(Store, Database, retention, Time);
        Cache = new ResultCache(Database, Collector, guard, retention, Time);
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UtcNow);

    public QueueOptions QueueOptions { get; } = new();

    public WorkerOptions WorkerOptions { get; } = new();

    public RetentionOptions RetentionOptions { get; } = new();

    public TempFolder Folder { get; }

    public IDbContextFactory<JobsDbContext> Contexts { get; }

    public JobsDatabase Database { get; }

    public DirectoryArtifactStore Store { get; }

    public JobSignals Signals { get; }

    public JobIntake Intake { get; }

    public JobQueue Queue { get; }

    public JobJournal Journal { get; }

    public JobCatalog Catalog { get; }

    public ArtifactCollector Collector { get; }

    public ResultCache Cache { get; }

    public static async Task<JobsFixture> CreateAsync(Func<TempFolder, Task<TestDatabase>> database)
    {
        var folder = new TempFolder();
        var fixture = new JobsFixture(folder, await database(folder));
        await fixture.Database.MigrateAsync(Bounded.Token);
        return fixture;
    }

    public NewJob NewJob(
        string caller = "alice", string requestId = "", string fingerprint = "f", TimeSpan? queueTimeout = null, JobPriority priority = JobPriority.Normal) => new()
        {
            Id = $"edit-{++_submissions:D6}",
            Caller = caller,
            RequestId = requestId,
            Fingerprint = fingerprint,
            Specification = [1, 2, 3],
            Labels = new Dictionary<string, string>(),
            Priority = priority,
            QueueTimeout = queueTimeout,
            Clip = new ClipShape(2, 8, 8, 8),
            Source = ArtifactDigest.Of([1]),
            Artifacts = [],
            Warnings = [],
        };

    public async Task<Job> SubmitAsync(string caller = "alice", TimeSpan? queueTimeout = null, JobPriority priority = JobPriority.Normal)
    {
        var (outcome, job) = await Intake.SubmitAsync(NewJob(caller, queueTimeout: queueTimeout, priority: priority), Bounded.Token);
        Assert.Equal(SubmitOutcome.Accepted, outcome);
        return job!;
    }

    public async Task<Job> ClaimAsync(string owner = "worker") =>
        await Queue.ClaimAsync(owner, Bounded.Token) ?? throw new InvalidOperationException("the queue is empty");

    public async Task<Job> LoadAsync(string jobId) =>
        await Database.ReadAsync(context => context.Jobs.Include(job => job.StageRuns).SingleAsync(job => job.Id == jobId), Bounded.Token);

    public async ValueTask DisposeAsync()
    {
        Collector.Dispose();
        Database.Dispose();
        Store.Dispose();
        _database.Dispose();
        Folder.Dispose();
        await ValueTask.CompletedTask;
    }

    /// <summary>Makes contexts without a pool.</summary>
    internal sealed class Factory(DbContextOptions<JobsDbContext> options) : IDbContextFactory<JobsDbContext>
    {
        public JobsDbContext CreateDbContext() => new(options);
    }
}
