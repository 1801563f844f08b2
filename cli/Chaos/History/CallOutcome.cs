namespace VideoGrain.Cli.Chaos.History;

/// <summary>What a caller knows when a call is over.</summary>
internal enum CallOutcome
{
    /// <summary>Answered with OK: it happened.</summary>
    Answered,

    /// <summary>Answered with an error that says that nothing happened.</summary>
    Refused,

    /// <summary>No answer, or one that leaves it open: it may have happened, or may happen still.</summary>
    Unknown,
}
