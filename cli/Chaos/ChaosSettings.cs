using VideoGrain.Orchestrator.Options;

namespace VideoGrain.Cli.Chaos;

/// <summary>What a chaos run does.</summary>
/// <param name="Seed">What all faults and all callers' choices follow from.</param>
/// <param name="Kills">Processes to kill, 0 or more.</param>
/// <param name="Callers">Callers at a time, 1 or more.</param>
/// <param name="Models">Folder of the models.</param>
/// <param name="Database">Where the tables are; on PostgreSQL two orchestrators share the work.</param>
/// <param name="Folder">Folder of the run, empty or not there: logs and history stay in it.</param>
internal sealed record ChaosSettings(ulong Seed, int Kills, int Callers, string Models, DatabaseKind Database, string Folder)
{
    /// <summary>Longest time for the run to come to rest once the last fault is over.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);
}
