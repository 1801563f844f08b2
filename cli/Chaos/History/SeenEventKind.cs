namespace VideoGrain.Cli.Chaos.History;

/// <summary>What a recorded event tells.</summary>
internal enum SeenEventKind
{
    /// <summary>The edit entered a state that is not terminal.</summary>
    State,

    /// <summary>A step is done.</summary>
    Progress,

    /// <summary>An artifact is ready.</summary>
    Artifact,

    /// <summary>A stage is tried again.</summary>
    Retry,

    /// <summary>The edit ended.</summary>
    Finished,
}
