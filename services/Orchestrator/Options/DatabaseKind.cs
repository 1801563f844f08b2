namespace VideoGrain.Orchestrator.Options;

/// <summary>Where the tables are.</summary>
public enum DatabaseKind
{
    /// <summary>In one file of the data folder; for one process.</summary>
    Sqlite,

    /// <summary>On a PostgreSQL server; for any number of replicas.</summary>
    Postgres,
}
