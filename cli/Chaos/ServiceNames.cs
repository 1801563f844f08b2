namespace VideoGrain.Cli.Chaos;

/// <summary>What is known about services by their names.</summary>
internal static class ServiceNames
{
    /// <summary>Whether callers call it; else it is a stage, which orchestrators call.</summary>
    public static bool IsOrchestrator(this ServiceName name) => name is ServiceName.Orchestrator or ServiceName.Replica;

    /// <summary>The file with its program.</summary>
    public static string Program(this ServiceName name) => $"VideoGrain.{(name.IsOrchestrator() ? ServiceName.Orchestrator : name)}.dll";
}
