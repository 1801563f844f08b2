using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Orchestrator.Hosting;

/// <summary>
/// Before the first call: takes the data folder, brings the tables to this version, puts the jobs of a process that died back into the queue,
/// and removes the bytes that it left without a name.
/// </summary>
internal sealed partial class OrchestratorStartup(
    DataFolder folder, JobsDatabase database, JobQueue queue, ArtifactCollector collector, ScratchSpace scratch, ILogger<OrchestratorStartup> logger) : IStartupWork
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        folder.Lock();
        await database.MigrateAsync(cancellationToken);
        var resumed = await queue.ReleaseAllAsync(cancellationToken);
        var removed = scratch.RemoveAbandoned() + await collector.CollectOrphansAsync(cancellationToken);
        Recovered(logger, folder.Root, resumed, removed);
    }

    [LoggerMessage(LogLevel.Information, "data folder {Root} is open: {Jobs} unfinished jobs go on, {Files} files nobody refers to were removed")]
    private static partial void Recovered(ILogger logger, string root, int jobs, int files);
}
