using VideoGrain.Editing;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using EditOptions = VideoGrain.Editing.EditOptions;
using FreeUOptions = VideoGrain.Editing.FreeUOptions;

namespace VideoGrain.ServiceDefaults.Contract;

/// <summary>Options of the contract as options of the method: unset ones take the profile's value, and everything is checked.</summary>
public static class EditOptionsMapping
{
    /// <summary>The method's options.</summary>
    /// <param name="message">Path of the message that holds the options, for violations.</param>
    /// <param name="options">The options; null for all defaults.</param>
    /// <param name="control">ControlNet guidance; null for none.</param>
    /// <param name="sourcePrompt">What the clip shows.</param>
    /// <param name="negativePrompt">What to avoid.</param>
    /// <param name="violations">Takes everything that is wrong; where something is, the result must not be used.</param>
    public static EditOptions ToEditing(
        string message, Protos.V1.EditOptions? options, ControlOptions? control, string sourcePrompt, string negativePrompt, ViolationList violations)
    {
        options ??= new Protos.V1.EditOptions();
        var fields = $"{message}.options";
        var profile = EditOptions.ForProfile(EnumMapping.Profile($"{fields}.profile", options.Profile, violations));
        var result = profile with
        {
            Seed = options.HasSeed ? options.Seed : profile.Seed,
            Steps = options.HasSteps ? Int(options.Steps) : profile.Steps,
            InversionSteps = options.HasInversionSteps ? Int(options.InversionSteps) : profile.InversionSteps,
            SkipFirstInversionStep = options.HasSkipFirstInversionStep ? options.SkipFirstInversionStep : profile.SkipFirstInversionStep,
            GuidanceScale = options.HasGuidanceScale ? (float)options.GuidanceScale : profile.GuidanceScale,
            ModulatedFraction = options.HasModulatedFraction ? (float)options.ModulatedFraction : profile.ModulatedFraction,
            ModulatedSteps = ModulatedSteps(options, profile),
            LambdaSelf = options.HasLambdaSelf ? (float)options.LambdaSelf : profile.LambdaSelf,
            LambdaCross = options.HasLambdaCross ? (float)options.LambdaCross : profile.LambdaCross,
            SelfBranches = EnumMapping.Branches($"{fields}.self_branches", options.SelfBranches, profile.SelfBranches, violations),
            CrossBranches = EnumMapping.Branches($"{fields}.cross_branches", options.CrossBranches, profile.CrossBranches, violations),
            ModulateFinest = options.HasModulateFinest ? options.ModulateFinest : profile.ModulateFinest,
            StrengthFollowsTimestep = options.HasStrengthFollowsTimestep ? options.StrengthFollowsTimestep : profile.StrengthFollowsTimestep,
            HalfPrecisionCoefficients = options.HasHalfPrecisionCoefficients ? options.HalfPrecisionCoefficients : profile.HalfPrecisionCoefficients,
            SelfSizeDivisor = EnumMapping.Divisor($"{fields}.self_size_divisor", options.SelfSizeDivisor, profile.SelfSizeDivisor, violations),
            RequirePhraseMatch = options.HasRequirePhraseMatch ? options.RequirePhraseMatch : profile.RequirePhraseMatch,
            ShareRepeatedPhrases = options.HasShareRepeatedPhrases ? options.ShareRepeatedPhrases : profile.ShareRepeatedPhrases,
            LaterRegionsOnTop = options.HasLaterRegionsOnTop ? options.LaterRegionsOnTop : profile.LaterRegionsOnTop,
            AttentionSpan = EnumMapping.Span($"{fields}.attention_span", options.AttentionSpan, profile.AttentionSpan, violations),
            FlattenDivisors = options.FlattenDivisors is { } flatten ? [.. flatten.Divisors.Select(Int)] : profile.FlattenDivisors,
            OldQk = options.HasOldQk ? options.OldQk : profile.OldQk,
            DeterministicTrajectories = options.HasDeterministicTrajectories ? options.DeterministicTrajectories : profile.DeterministicTrajectories,
            AnyShapeTrajectories = options.HasAnyShapeTrajectories ? options.AnyShapeTrajectories : profile.AnyShapeTrajectories,
            TrajectoryMembersOnly = options.HasTrajectoryMembersOnly ? options.TrajectoryMembersOnly : profile.TrajectoryMembersOnly,
            UsePnp = options.HasUsePnp ? options.UsePnp : profile.UsePnp,
            InjectStep = options.HasInjectStep ? Int(options.InjectStep) : profile.InjectStep,
            AlignedInjection = options.HasAlignedInjection ? options.AlignedInjection : profile.AlignedInjection,
            FreeU = options.FreeU is { } freeU ? FreeU(freeU) : profile.FreeU,
            BlendBackground = options.HasBlendBackground ? options.BlendBackground : profile.BlendBackground,
            BlendAtReachedTimestep = options.HasBlendAtReachedTimestep ? options.BlendAtReachedTimestep : profile.BlendAtReachedTimestep,
            BlendingPercentage = options.HasBlendingPercentage ? (float)options.BlendingPercentage : profile.BlendingPercentage,
            AlignedStart = options.HasAlignedStart ? options.AlignedStart : profile.AlignedStart,
            NegativePromptInUNet = options.HasNegativePromptInUnet ? options.NegativePromptInUnet : profile.NegativePromptInUNet,
            ClipLength = options.HasClipLength ? Int(options.ClipLength) : profile.ClipLength,
            WindowOverlap = options.HasWindowOverlap ? Int(options.WindowOverlap) : profile.WindowOverlap,
            AnchorFrames = options.HasAnchorFrames ? Int(options.AnchorFrames) : profile.AnchorFrames,
            ControlType = EnumMapping.Control($"{message}.control.type", control?.Type ?? ControlType.Unspecified, violations),
            ControlScale = control is { HasConditioningScale: true } ? (float)control.ConditioningScale : profile.ControlScale,
            SourcePrompt = sourcePrompt,
            NegativePrompt = negativePrompt,
        };
        violations.AddRange(result.Validate().ToViolations(message));
        return result;
    }

    /// <summary>The contract's options, every one set.</summary>
    public static Protos.V1.EditOptions ToProto(this EditOptions options, Profile profile)
    {
        var result = new Protos.V1.EditOptions
        {
            Profile = profile,
            Seed = options.Seed,
            Steps = (uint)options.Steps,
            InversionSteps = (uint)options.EffectiveInversionSteps,
            SkipFirstInversionStep = options.SkipFirstInversionStep,
            GuidanceScale = Double(options.GuidanceScale),
            ModulatedFraction = Double(options.ModulatedFraction),
            ModulatedSteps = (uint)options.EffectiveModulatedSteps,
            LambdaSelf = Double(options.LambdaSelf),
            LambdaCross = Double(options.LambdaCross),
            SelfBranches = EnumMapping.ToProto(options.SelfBranches),
            CrossBranches = EnumMapping.ToProto(options.CrossBranches),
            ModulateFinest = options.ModulateFinest,
            StrengthFollowsTimestep = options.StrengthFollowsTimestep,
            HalfPrecisionCoefficients = options.HalfPrecisionCoefficients,
            SelfSizeDivisor = EnumMapping.ToProto(options.SelfSizeDivisor),
            RequirePhraseMatch = options.RequirePhraseMatch,
            ShareRepeatedPhrases = options.ShareRepeatedPhrases,
            LaterRegionsOnTop = options.LaterRegionsOnTop,
            AttentionSpan = EnumMapping.ToProto(options.AttentionSpan),
            FlattenDivisors = new FlattenDivisors { Divisors = { options.FlattenDivisors.Select(divisor => (uint)divisor) } },
            OldQk = options.OldQk,
            DeterministicTrajectories = options.DeterministicTrajectories,
            AnyShapeTrajectories = options.AnyShapeTrajectories,
            TrajectoryMembersOnly = options.TrajectoryMembersOnly,
            UsePnp = options.UsePnp,
            InjectStep = (uint)options.InjectStep,
            AlignedInjection = options.AlignedInjection,
            FreeU = new Protos.V1.FreeUOptions { Enabled = options.FreeU is not null },
            BlendBackground = options.BlendBackground,
            BlendAtReachedTimestep = options.BlendAtReachedTimestep,
            BlendingPercentage = Double(options.BlendingPercentage),
            AlignedStart = options.AlignedStart,
            NegativePromptInUnet = options.NegativePromptInUNet,
            ClipLength = (uint)options.ClipLength,
            WindowOverlap = (uint)options.WindowOverlap,
            AnchorFrames = (uint)options.AnchorFrames,
        };
        if (options.FreeU is { } freeU)
            (result.FreeU.B1, result.FreeU.B2, result.FreeU.S1, result.FreeU.S2) = (Double(freeU.B1), Double(freeU.B2), Double(freeU.S1), Double(freeU.S2));
        return result;
    }

    /// <summary>What each profile's options resolve to.</summary>
    public static IEnumerable<ProfileDefaults> Profiles() =>
    [
        new ProfileDefaults { Profile = Profile.Published, Options = EditOptions.ForProfile(EditProfile.Published).ToProto(Profile.Published) },
        new ProfileDefaults { Profile = Profile.Corrected, Options = EditOptions.ForProfile(EditProfile.Corrected).ToProto(Profile.Corrected) },
    ];

    /// <summary>What the editing library found, with the contract's paths.</summary>
    /// <param name="violations">The library's findings.</param>
    /// <param name="message">Path of the message that holds the options.</param>
    public static IEnumerable<Violation> ToViolations(this IEnumerable<OptionViolation> violations, string message) =>
        violations.Select(violation => new Violation(FieldPaths.Of(message, violation.Field), violation.Message, violation.Reason));

    /// <summary>An explicit fraction goes before a profile's fixed number of steps.</summary>
    private static int? ModulatedSteps(Protos.V1.EditOptions options, EditOptions profile)
    {
        if (options.HasModulatedSteps) return Int(options.ModulatedSteps);
        return options.HasModulatedFraction ? null : profile.ModulatedSteps;
    }

    private static FreeUOptions? FreeU(Protos.V1.FreeUOptions options)
    {
        if (!options.Enabled) return null;
        var defaults = new FreeUOptions();
        return defaults with
        {
            B1 = options.HasB1 ? (float)options.B1 : defaults.B1,
            B2 = options.HasB2 ? (float)options.B2 : defaults.B2,
            S1 = options.HasS1 ? (float)options.S1 : defaults.S1,
            S2 = options.HasS2 ? (float)options.S2 : defaults.S2,
        };
    }

    /// <summary>Numbers beyond an int stay out of every range.</summary>
    private static int Int(uint value) => (int)Math.Min(value, int.MaxValue);

    /// <summary>The shortest decimal of a single: 0.3, not 0.30000001192092896.</summary>
    private static double Double(float value) => (double)(decimal)value;
}
