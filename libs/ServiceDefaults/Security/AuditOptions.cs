namespace VideoGrain.ServiceDefaults.Security;

/// <summary>What is written down of who did what; configuration section "Audit".</summary>
public sealed class AuditOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Audit";

    /// <summary>Folder of the files; empty for none. The orchestrator's default is <c>audit</c> in its data folder, the stages have none.</summary>
    public string? Folder { get; set; }

    /// <summary>Size in bytes at which a file is put aside and the next one begun, 4096 or more.</summary>
    public long MaxFileBytes { get; set; } = 64L << 20;

    /// <summary>Files that were put aside to keep, 1 or more.</summary>
    public int MaxFiles { get; set; } = 10;

    /// <summary>Whether calls that change nothing and hand out no artifact are written down too.</summary>
    public bool Reads { get; set; }

    /// <summary>Names of the methods that are always written down; the service says which.</summary>
    public ISet<string> Methods { get; } = new HashSet<string>(StringComparer.Ordinal);

    internal bool IsValid => MaxFileBytes >= 4096 && MaxFiles >= 1;
}
