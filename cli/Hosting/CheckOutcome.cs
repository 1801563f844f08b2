namespace VideoGrain.Cli.Hosting;

/// <summary>How bad a finding is.</summary>
internal enum CheckOutcome
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, with a drawback that the detail names.</summary>
    Warning,

    /// <summary>Edits will not run.</summary>
    Problem,
}
