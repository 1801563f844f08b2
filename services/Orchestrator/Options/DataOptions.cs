namespace VideoGrain.Orchestrator.Options;

/// <summary>Where the orchestrator keeps what lasts. Section <c>Data</c>.</summary>
public sealed class DataOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Data";

    /// <summary>The folder of database and artifacts; created when absent, used by one process at a time.</summary>
    public string Root { get; set; } = Path.Combine("data", "orchestrator");
}
