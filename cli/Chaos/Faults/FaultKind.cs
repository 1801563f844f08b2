namespace VideoGrain.Cli.Chaos.Faults;

/// <summary>What can be done to a running system.</summary>
internal enum FaultKind
{
    /// <summary>A process dies as by kill -9 and is started again.</summary>
    Kill,

    /// <summary>The connections to a stage go on to exist, and nothing comes through for a while.</summary>
    StallStream,

    /// <summary>The connections to a stage break.</summary>
    CutStream,

    /// <summary>Everything to and from a stage takes longer for a while.</summary>
    SlowStream,

    /// <summary>The orchestrator's disk is full for a while.</summary>
    FillDisk,

    /// <summary>The orchestrator's clock jumps forwards or backwards.</summary>
    JumpClock,

    /// <summary>The orchestrators' connections to the database break.</summary>
    CutDatabase,

    /// <summary>The orchestrators' connections to the database go on to exist, and nothing comes through for a while.</summary>
    StallDatabase,
}
