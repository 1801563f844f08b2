using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.Orchestrator.Telemetry;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Orchestrator.Hosting;

/// <summary>
/// Before the first call: brings the tables to this version and removes the bytes that dead processes left without a name. A process that is alone
/// takes the data folder and puts the jobs of the one before it back into the queue; replicas leave each other's jobs to their leases.
/// </summary>
internal sealed partial class OrchestratorStartup(
    DataFolder folder, JobsDatabase database, JobQueue queue, LeaseClock clock, ArtifactCollector collector, ScratchSpace scratch, OrchestratorInstruments instruments,
    ILogger<OrchestratorStartup> logger) : IStartupWork
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!database.IsShared)
            folder.Lock();

        instruments.WatchStorage(folder.Space);
        await database.MigrateAsync(cancellationToken);
        clock.Set(await database.NowAsync(cancellationToken));
        var resumed = database.IsShared ? 0 : await queue.ReleaseAllAsync(cancellationToken);
        var removed = scratch.RemoveAbandoned() + await collector.CollectOrphansAsync(cancellationToken);
        Recovered(logger, folder.Root, resumed, removed);
    }

    [LoggerMessage(LogLevel.Information, "data folder {Root} is open: {Jobs} unfinished jobs go on, {Files} files nobody refers to were removed")]
    private static partial void Recovered(ILogger logger, string root, int jobs, int files);
}
