namespace VideoGrain.Cli.Chaos.Workload;

/// <summary>What a caller does with an edit it has submitted.</summary>
internal enum Behaviour
{
    /// <summary>Watches it to its end.</summary>
    Follow,

    /// <summary>Watches it to its end, but takes events slowly.</summary>
    FollowSlowly,

    /// <summary>Asks for it, and for lists, until it has ended.</summary>
    Poll,

    /// <summary>Watches a few events, then cancels.</summary>
    Cancel,

    /// <summary>Forgets it.</summary>
    Abandon,
}
