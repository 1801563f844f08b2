namespace VideoGrain.Editing;

/// <summary>Which halves of the guidance batch something acts on.</summary>
[Flags]
public enum GuidanceBranches
{
    /// <summary>Neither.</summary>
    None = 0,

    /// <summary>The branch that sees the negative (or the empty) prompt.</summary>
    Unconditional = 1,

    /// <summary>The branch that sees the edit prompt.</summary>
    Conditional = 2,

    /// <summary>Both.</summary>
    Both = Unconditional | Conditional,
}
