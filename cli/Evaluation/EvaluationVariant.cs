using VideoGrain.Editing;

namespace VideoGrain.Cli.Evaluation;

/// <summary>One row of the quality table: a set of options.</summary>
/// <param name="Name">Name on the command line and in the results.</param>
/// <param name="Title">Name in the table.</param>
/// <param name="ComparedWith">The variant that differs in one thing only; null for none.</param>
/// <param name="Change">Turns the common options into the variant's; null for the source clip itself, unedited.</param>
internal sealed record EvaluationVariant(string Name, string Title, string? ComparedWith, Func<EditOptions, EditOptions>? Change)
{
    /// <summary>Half the strength of ControlNets: the maps show the source's shapes, most edits ask for others.</summary>
    public const float ControlScale = 0.5f;

    // A fifth of the steps: more of the source's features would hold its shapes in place, which most of these edits are to change.
    private const double InjectedShare = 0.2;

    /// <summary>All variants, in the order of the table.</summary>
    public static IReadOnlyList<EvaluationVariant> All { get; } =
    [
        new("source", "source, unedited", null, null),
        new("baseline", "baseline: local phrases, no modulation", null, Baseline),
        new("cross", "+ cross", "baseline", o => Baseline(o) with { LambdaCross = 1 }),
        new("cross-self", "+ cross + self", "cross", o => Coarse(o)),
        new("cross-self-unconditional", "+ cross + self on the unconditional branch (published)", "cross", o => Coarse(o) with { SelfBranches = GuidanceBranches.Unconditional }),
        new("cross-self-conditional", "+ cross + self on the conditional branch", "cross", o => Coarse(o) with { SelfBranches = GuidanceBranches.Conditional }),
        new("cross-finest", "+ cross, finest level too", "cross", o => Baseline(o) with { LambdaCross = 1, ModulateFinest = true }),
        new("full", "+ cross + self, finest level too (default)", "cross-finest", o => o),
        new("full-unconditional", "full, self on the unconditional branch", "cross-finest", o => o with { SelfBranches = GuidanceBranches.Unconditional }),
        new("full-conditional", "full, self on the conditional branch", "cross-finest", o => o with { SelfBranches = GuidanceBranches.Conditional }),
        new("full-self-1", "full, self strength 1", "full", o => o with { LambdaSelf = 1 }),
        new("full-all-steps", "full, every step modulated", "full", o => o with { ModulatedFraction = 1 }),
        new("full-flatten", "full + trajectory attention (flatten)", "full", o => o with { FlattenDivisors = [1, 2] }),
        new("full-pnp", "full + PnP in a fifth of the steps", "full", o => o with { UsePnp = true, InjectStep = Math.Max(1, (int)(o.Steps * InjectedShare)) }),
        new("full-edges", "full + ControlNet (edges)", "full", o => o with { ControlType = "canny" }),
        new("full-depth", "full + ControlNet (depth)", "full", o => o with { ControlType = "depth" }),
        new("full-negative", "full + the default negative prompt", "full", o => o with { NegativePrompt = new EditOptions().NegativePrompt }),
    ];

    /// <summary>The variant of a name, or null.</summary>
    public static EvaluationVariant? Find(string name) => All.FirstOrDefault(v => v.Name == name);

    private static EditOptions Baseline(EditOptions options) => options with { LambdaCross = 0, LambdaSelf = 0, ModulateFinest = false };

    private static EditOptions Coarse(EditOptions options) => options with { ModulateFinest = false };
}
