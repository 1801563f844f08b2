namespace VideoGrain.Cli;

/// <summary>What the program says to the shell; docs/cli.md lists them.</summary>
internal static class ExitCodes
{
    /// <summary>Everything asked for was done.</summary>
    public const int Success = 0;

    /// <summary>Something unforeseen; a defect.</summary>
    public const int Defect = 1;

    /// <summary>Wrong arguments, or a specification or file that cannot be used.</summary>
    public const int Usage = 2;

    /// <summary>The server refused the request.</summary>
    public const int Refused = 3;

    /// <summary>The server cannot be reached, is busy or too slow; trying again may help.</summary>
    public const int Unavailable = 4;

    /// <summary>The edit ended with an error.</summary>
    public const int EditFailed = 5;

    /// <summary>The edit was cancelled.</summary>
    public const int EditCancelled = 6;

    /// <summary>Something that is needed is missing on this machine.</summary>
    public const int Environment = 7;

    /// <summary>The user pressed Ctrl-C.</summary>
    public const int Interrupted = 130;
}
