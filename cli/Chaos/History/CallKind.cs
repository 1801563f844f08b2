namespace VideoGrain.Cli.Chaos.History;

/// <summary>What a recorded call asks the orchestrator for.</summary>
internal enum CallKind
{
    /// <summary>SubmitEdit.</summary>
    Submit,

    /// <summary>GetEdit.</summary>
    Get,

    /// <summary>ListEdits, all pages.</summary>
    List,

    /// <summary>WatchEdit.</summary>
    Watch,

    /// <summary>CancelEdit.</summary>
    Cancel,

    /// <summary>DeleteEdit.</summary>
    Delete,

    /// <summary>DownloadArtifact.</summary>
    Download,
}
