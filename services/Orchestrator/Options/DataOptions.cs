namespace VideoGrain.Orchestrator.Options;

/// <summary>Where the orchestrator keeps what lasts. Section <c>Data</c>.</summary>
public sealed class DataOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Data";

    /// <summary>
    /// The folder of database and artifacts; created when absent. With SQLite one process at a time uses it; with PostgreSQL all replicas share it.
    /// </summary>
    public string Root { get; set; } = Path.Combine("data", "orchestrator");

    /// <summary>Which database holds the tables.</summary>
    public DatabaseKind Database { get; set; } = DatabaseKind.Sqlite;

    /// <summary>
    /// File that holds the connection string of a PostgreSQL database, such as a mounted secret. The string itself never stands in the configuration.
    /// </summary>
    public string ConnectionStringFile { get; set; } = "";

    /// <summary>Environment variable that holds the connection string; instead of a file.</summary>
    public string ConnectionStringVariable { get; set; } = "";

    /// <summary>Whether the connection string is referred to in exactly one way where one is needed, and in none where none is.</summary>
    internal bool IsConsistent =>
        (ConnectionStringFile.Length > 0 ? 1 : 0) + (ConnectionStringVariable.Length > 0 ? 1 : 0) == (Database == DatabaseKind.Postgres ? 1 : 0);
}
