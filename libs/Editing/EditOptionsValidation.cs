using System.Globalization;
using VideoGrain.Diffusion.Schedulers;

namespace VideoGrain.Editing;

/// <content>Checks against the documented ranges.</content>
public sealed partial record EditOptions
{
    private const int MaxLevelDivisor = 8;

    // 1, 2, 4 and 8, each once.
    private const int MaxFlattenLevels = 4;

    /// <summary>Everything that is out of range, all at once; empty when the options are usable.</summary>
    public IReadOnlyList<OptionViolation> Validate()
    {
        var violations = new List<OptionViolation>();
        Range(violations, "steps", Steps, 1, MaxSteps);
        Range(violations, "guidance_scale", GuidanceScale, 0, MaxGuidanceScale);
        Range(violations, "modulated_fraction", ModulatedFraction, 0, 1);
        Range(violations, "lambda_self", LambdaSelf, 0, 1);
        Range(violations, "lambda_cross", LambdaCross, 0, 1);
        Range(violations, "control_scale", ControlScale, 0, MaxControlScale);
        if (!(BlendingPercentage is >= 0 and < 1))
            violations.Add(new("blending_percentage", Invariant($"must be at least 0 and less than 1, got {BlendingPercentage}")));
        if (ModulatedSteps is { } modulated) Range(violations, "modulated_steps", modulated, 0, MaxSteps);
        if (InversionSteps is { } inversion) Range(violations, "inversion_steps", inversion, 1, MaxSteps);
        if (SkipFirstInversionStep && EffectiveInversionSteps == 1)
            violations.Add(new("inversion_steps", "1 step with the first left out leaves none"));
        ValidateFlatten(violations);
        ValidateInjection(violations);
        ValidateWindows(violations);
        ValidateFreeU(violations);
        Choice(violations, "attention_span", AttentionSpan);
        Choice(violations, "self_size_divisor", SelfSizeDivisor);
        Branches(violations, "self_branches", SelfBranches);
        Branches(violations, "cross_branches", CrossBranches);
        Text(violations, "negative_prompt", NegativePrompt);
        Text(violations, "source_prompt", SourcePrompt);
        Text(violations, "control_type", ControlType);
        return violations;
    }

    private void ValidateFlatten(List<OptionViolation> violations)
    {
        if (FlattenDivisors is null)
        {
            violations.Add(new("flatten_divisors", "must not be missing"));
            return;
        }

        if (FlattenDivisors.Count > MaxFlattenLevels)
        {
            violations.Add(new("flatten_divisors", Invariant($"must have at most {MaxFlattenLevels} entries, has {FlattenDivisors.Count}")));
            return;
        }

        for (var i = 0; i < FlattenDivisors.Count; i++)
        {
            var divisor = FlattenDivisors[i];
            if (divisor is < 1 or > MaxLevelDivisor || !int.IsPow2(divisor))
                violations.Add(new(Invariant($"flatten_divisors[{i}]"), Invariant($"must be 1, 2, 4 or 8, got {divisor}")));
            else if (FlattenDivisors.Take(i).Contains(divisor))
                violations.Add(new(Invariant($"flatten_divisors[{i}]"), Invariant($"{divisor} occurs twice")));
        }
    }

    private void ValidateInjection(List<OptionViolation> violations)
    {
        Range(violations, "inject_step", InjectStep, 0, MaxSteps);
        if (!UsePnp && InjectStep > 0) violations.Add(new("inject_step", "needs use_pnp"));
        if (!UsePnp || Steps is < 1 or > MaxSteps || BlendingPercentage is not (>= 0 and < 1)) return;
        var limit = Steps - SkippedSteps;
        if (!AlignedInjection && EffectiveInversionSteps is >= 1 and <= MaxSteps)
            limit = Math.Min(limit, new EditTimeline(new NoiseSchedule(new SchedulerConfig()), this).SavedTimesteps.Count);
        if (InjectStep > limit)
            violations.Add(new("inject_step", Invariant($"{InjectStep} steps cannot be injected, only {limit} have source features")));
    }

    private void ValidateWindows(List<OptionViolation> violations)
    {
        Range(violations, "clip_length", ClipLength, 0, MaxFrames);
        if (ClipLength == 0) return;
        Range(violations, "window_overlap", WindowOverlap, 0, Math.Max(0, ClipLength - 1));
        Range(violations, "anchor_frames", AnchorFrames, 0, Math.Max(0, ClipLength - 1));
        if (WindowOverlap >= 0 && AnchorFrames >= 0 && WindowOverlap + (long)AnchorFrames >= ClipLength)
            violations.Add(new("window_overlap", Invariant($"window_overlap + anchor_frames must stay below clip_length ({ClipLength})")));
    }

    private void ValidateFreeU(List<OptionViolation> violations)
    {
        if (FreeU is not { } freeU) return;
        Range(violations, "free_u.b1", freeU.B1, 0, FreeUOptions.MaxFactor);
        Range(violations, "free_u.b2", freeU.B2, 0, FreeUOptions.MaxFactor);
        Range(violations, "free_u.s1", freeU.S1, 0, FreeUOptions.MaxFactor);
        Range(violations, "free_u.s2", freeU.S2, 0, FreeUOptions.MaxFactor);
        if (freeU.Stage1Channels is <= 0) violations.Add(new("free_u.stage1_channels", "must be positive"));
        if (freeU.Stage2Channels is <= 0) violations.Add(new("free_u.stage2_channels", "must be positive"));
    }

    private static void Range(List<OptionViolation> violations, string field, float value, float least, float most)
    {
        // Written so that NaN fails as well.
        if (!(value >= least && value <= most))
            violations.Add(new(field, Invariant($"must be from {least} to {most}, got {value}")));
    }

    private static void Choice<T>(List<OptionViolation> violations, string field, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value)) violations.Add(new(field, Invariant($"unknown value {value}")));
    }

    private static void Branches(List<OptionViolation> violations, string field, GuidanceBranches value)
    {
        if ((value & ~GuidanceBranches.Both) != 0) violations.Add(new(field, Invariant($"unknown value {value}")));
    }

    private static void Text(List<OptionViolation> violations, string field, string? value)
    {
        if (value is null) violations.Add(new(field, "must not be missing"));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
