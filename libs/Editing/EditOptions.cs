namespace VideoGrain.Editing;

/// <summary>
/// Every option of an edit, named as the field names them. The defaults are the <see cref="EditProfile.Corrected"/> profile;
/// <see cref="ForProfile"/> gives either. Options in the second half exist because the two profiles differ in them.
/// </summary>
public sealed partial record EditOptions
{
    /// <summary>Most denoising or inversion steps.</summary>
    public const int MaxSteps = 999;

    /// <summary>Largest guidance scale.</summary>
    public const float MaxGuidanceScale = 50;

    /// <summary>Largest ControlNet conditioning scale.</summary>
    public const float MaxControlScale = 4;

    /// <summary>Most frames of a clip.</summary>
    public const int MaxFrames = 4096;

    /// <summary>Denoising steps N, 1..999.</summary>
    public int Steps { get; init; } = 50;

    /// <summary>Classifier-free guidance: eps = u + scale * (c - u), 0..50; 1 is no guidance.</summary>
    public float GuidanceScale { get; init; } = 7.5f;

    /// <summary>Share of the denoising steps whose attention is modulated, counted from the first one, 0..1.</summary>
    public float ModulatedFraction { get; init; } = 0.3f;

    /// <summary>Strength of self-attention modulation, 0..1.</summary>
    public float LambdaSelf { get; init; } = 0.3f;

    /// <summary>Strength of cross-attention modulation, 0..1.</summary>
    public float LambdaCross { get; init; } = 1;

    /// <summary>
    /// Levels with trajectory attention, as divisors of the latent size: 1, 2, 4, 8. Empty switches it off; otherwise optical flow is needed.
    /// </summary>
    public IReadOnlyList<int> FlattenDivisors { get; init; } = [];

    /// <summary>Trajectory attention takes the layer's own queries and keys (1 in the released program) rather than the attention's result (0).</summary>
    public bool OldQk { get; init; } = true;

    /// <summary>Inject the source clip's features during the first <see cref="InjectStep"/> steps.</summary>
    public bool UsePnp { get; init; }

    /// <summary>Steps with feature injection, 0..<see cref="Steps"/>; needs <see cref="UsePnp"/>.</summary>
    public int InjectStep { get; init; }

    /// <summary>FreeU factors, or null for none.</summary>
    public FreeUOptions? FreeU { get; init; }

    /// <summary>Share of the leading denoising steps that is left out, 0 (none) to below 1: the edit stays nearer to the source.</summary>
    public float BlendingPercentage { get; init; }

    /// <summary>Kind of the control map, such as "depth"; empty runs without ControlNet.</summary>
    public string ControlType { get; init; } = "";

    /// <summary>Factor on the ControlNet's residuals, 0..4.</summary>
    public float ControlScale { get; init; } = 1;

    /// <summary>What the result should not show.</summary>
    public string NegativePrompt { get; init; } = "ugly, blurry, low res, unrealistic, unaesthetic";

    /// <summary>What the source clip shows; drives the inversion.</summary>
    public string SourcePrompt { get; init; } = "";

    /// <summary>Seed of every random draw.</summary>
    public ulong Seed { get; init; }

    /// <summary>Frames that one pass edits together, 1..4096; longer clips are edited in overlapping windows. 0 takes the whole clip in one pass.</summary>
    public int ClipLength { get; init; }

    /// <summary>Frames that neighbouring windows of a long clip share, 0..<see cref="ClipLength"/> - 1.</summary>
    public int WindowOverlap { get; init; } = 4;

    /// <summary>Frames of the clip that every window of a long clip attends to, 0..<see cref="ClipLength"/> - 1; they carry the look from window to window.</summary>
    public int AnchorFrames { get; init; } = 1;

    /// <summary>Which frames self-attention sees.</summary>
    public AttentionSpan AttentionSpan { get; init; }

    /// <summary>Keep what lies outside every region from the source clip (latent blending). The released program always does.</summary>
    public bool BlendBackground { get; init; } = true;

    /// <summary>Which branches self-attention modulation touches. Published: unconditional only.</summary>
    public GuidanceBranches SelfBranches { get; init; } = GuidanceBranches.Both;

    /// <summary>Which branches cross-attention modulation touches. Published, and here: conditional only, the other sees no region's phrase.</summary>
    public GuidanceBranches CrossBranches { get; init; } = GuidanceBranches.Conditional;

    /// <summary>Also modulate the latent's own resolution (level 0). Published: no.</summary>
    public bool ModulateFinest { get; init; } = true;

    /// <summary>Modulate exactly this many steps, 0..999, whatever <see cref="ModulatedFraction"/> says. Published: 15.</summary>
    public int? ModulatedSteps { get; init; }

    /// <summary>
    /// The modulation's strength follows the timestep of the step. Published: no, it follows the count of steps run, which differs
    /// when leading steps are left out.
    /// </summary>
    public bool StrengthFollowsTimestep { get; init; } = true;

    /// <summary>Round self-attention size terms and strengths to half precision on the way. Published: yes.</summary>
    public bool HalfPrecisionCoefficients { get; init; }

    /// <summary>Divisor of the size term of self-attention.</summary>
    public SizeDivisor SelfSizeDivisor { get; init; } = SizeDivisor.Tokens;

    /// <summary>A region's phrase that is not in the prompt is an error. Published: such a region is left out of cross-attention.</summary>
    public bool RequirePhraseMatch { get; init; } = true;

    /// <summary>Regions whose phrases match the same words share these words. Published: the last one owns them.</summary>
    public bool ShareRepeatedPhrases { get; init; } = true;

    /// <summary>
    /// Where regions overlap, a later one lies on top (a hat on a head). Published: no, tokens belong to every region that covers them.
    /// </summary>
    public bool LaterRegionsOnTop { get; init; } = true;

    /// <summary>The negative prompt reaches the UNet. Published: only the ControlNet, the UNet sees the empty prompt.</summary>
    public bool NegativePromptInUNet { get; init; } = true;

    /// <summary>Inversion steps, 1..999; null takes <see cref="Steps"/>. Published: 50.</summary>
    public int? InversionSteps { get; init; }

    /// <summary>Leave out the first inversion step. Published: yes, 49 of 50 are run.</summary>
    public bool SkipFirstInversionStep { get; init; }

    /// <summary>Injected features belong to the step's own timestep. Published: to the neighbouring one, or to others yet where step counts differ.</summary>
    public bool AlignedInjection { get; init; } = true;

    /// <summary>
    /// With leading steps left out, start from the inverted latent of the matching timestep. Published: from the fully inverted one.
    /// </summary>
    public bool AlignedStart { get; init; } = true;

    /// <summary>
    /// Blend in the source at the noise level the step arrived at, so the last step leaves the source itself outside the regions.
    /// Published: at the level the step started from.
    /// </summary>
    public bool BlendAtReachedTimestep { get; init; } = true;

    /// <summary>Of several tokens that flow to one place the nearest keeps the link. Published: a random one.</summary>
    public bool DeterministicTrajectories { get; init; } = true;

    /// <summary>Trajectories may start anywhere. Published: only where row and column lie inside the transposed frame.</summary>
    public bool AnyShapeTrajectories { get; init; } = true;

    /// <summary>
    /// Trajectory attention lists trajectory members only. Published: where every trajectory is shorter than the clip, spatial neighbours get in.
    /// </summary>
    public bool TrajectoryMembersOnly { get; init; } = true;

    /// <summary>The values of a profile; everything the profiles agree on has its default.</summary>
    public static EditOptions ForProfile(EditProfile profile) => profile switch
    {
        EditProfile.Corrected => new EditOptions(),
        EditProfile.Published => new EditOptions
        {
            SelfBranches = GuidanceBranches.Unconditional,
            ModulateFinest = false,
            ModulatedSteps = 15,
            StrengthFollowsTimestep = false,
            HalfPrecisionCoefficients = true,
            SelfSizeDivisor = SizeDivisor.FramesTimesTokens,
            RequirePhraseMatch = false,
            ShareRepeatedPhrases = false,
            LaterRegionsOnTop = false,
            NegativePromptInUNet = false,
            InversionSteps = 50,
            SkipFirstInversionStep = true,
            AlignedInjection = false,
            AlignedStart = false,
            BlendAtReachedTimestep = false,
            DeterministicTrajectories = false,
            AnyShapeTrajectories = false,
            TrajectoryMembersOnly = false,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(profile), profile, "unknown profile"),
    };

    /// <summary>Inversion steps after defaults are applied.</summary>
    public int EffectiveInversionSteps => InversionSteps ?? Steps;

    /// <summary>Leading denoising steps that are left out.</summary>
    public int SkippedSteps => (int)(Steps * (double)BlendingPercentage);

    /// <summary>Number of modulated denoising steps after defaults are applied.</summary>
    public int EffectiveModulatedSteps => ModulatedSteps ?? (int)Math.Round(Steps * (double)ModulatedFraction, MidpointRounding.AwayFromZero);
}
