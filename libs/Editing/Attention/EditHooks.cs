using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Editing.Attention;

/// <summary>
/// ST-Layout attention (paper section 3.2) and feature injection during one denoising step: self-attention is pulled together inside
/// regions, cross-attention of a region's tokens towards its phrase.
/// </summary>
/// <param name="options">Options of the edit.</param>
/// <param name="window">The frames in the network, with their layout.</param>
/// <param name="freeU">FreeU, or null for none.</param>
/// <param name="stepStrength">Step factor of the modulation, 0 for none; see <see cref="EditTimeline.Strength"/>.</param>
/// <param name="features">Features of the source to inject, or null.</param>
/// <param name="phrases">Takes the attention of the regions' phrases, or null.</param>
public sealed class EditHooks(
    EditOptions options, ClipWindow window, FreeU? freeU, float stepStrength, SourceFeatures? features,
    PhraseRecorder? phrases = null)
    : ClipHooks(options, window, freeU)
{
    private readonly Dictionary<(int Height, int Width), LayoutModulation> _self = [];
    private readonly Dictionary<(int Height, int Width), LayoutModulation> _cross = [];

    /// <inheritdoc/>
    public override Tensor CrossAttention(IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v)
    {
        phrases?.Add(engine, site, q, k, Window.Frames);
        var touched = IsModulated(site, Options.LambdaCross) ? Touched(site, Options.CrossBranches) : GuidanceBranches.None;
        var modulation = touched == GuidanceBranches.None ? null : CrossModulation(site);
        var at = site;
        return ByBranch(engine, site, touched, q, k, v, (bq, bk, bv, modulated) => modulated
            ? engine.LayoutAttention(bq, bk, bv, at.Heads, at.Scale, modulation!)
            : engine.Attention(bq, bk, bv, at.Heads, at.Scale));
    }

    /// <inheritdoc/>
    public override bool ReplacesResnet(in ResnetSite site) => features is not null && InjectionSites.Contains(site);

    /// <inheritdoc/>
    public override Tensor ResnetHidden(IEngine engine, in ResnetSite site, Tensor hidden) =>
        features is not null && InjectionSites.Contains(site) ? features.Hidden(engine, site, hidden) : hidden;

    /// <inheritdoc/>
    protected override (Tensor Q, Tensor K) QueriesAndKeys(IEngine engine, in AttentionSite site, Tensor q, Tensor k) =>
        features is not null && InjectionSites.Contains(site) ? features.QueriesAndKeys(engine, site, q, k) : (q, k);

    /// <inheritdoc/>
    protected override Tensor Attend(IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v)
    {
        var touched = IsModulated(site, Options.LambdaSelf) ? Touched(site, Options.SelfBranches) : GuidanceBranches.None;
        var modulation = touched == GuidanceBranches.None ? null : SelfModulation(site);
        var at = site;
        return ByBranch(engine, site, touched, q, k, v, (bq, bk, bv, modulated) =>
            SpanAttention.Run(engine, at, bq, bk, bv, Options.AttentionSpan, modulated ? modulation : null));
    }

    private bool IsModulated(in AttentionSite site, float lambda) =>
        stepStrength > 0 && lambda > 0 && (site.Level > 0 || Options.ModulateFinest);

    // A lone branch is the conditional one.
    private static GuidanceBranches Touched(in AttentionSite site, GuidanceBranches wanted) =>
        site.Branches == 1
            ? (wanted & GuidanceBranches.Conditional) != 0 ? GuidanceBranches.Both : GuidanceBranches.None
            : wanted;

    /// <summary>Only branches that are modulated pay for it.</summary>
    private static Tensor ByBranch(
        IEngine engine, in AttentionSite site, GuidanceBranches touched, Tensor q, Tensor k, Tensor v, Func<Tensor, Tensor, Tensor, bool, Tensor> attend)
    {
        if (touched is GuidanceBranches.None or GuidanceBranches.Both) return attend(q, k, v, touched == GuidanceBranches.Both);
        var unconditional = attend(q.Slice(0, 1), k.Slice(0, 1), v.Slice(0, 1), touched == GuidanceBranches.Unconditional);
        var conditional = attend(q.Slice(1, 1), k.Slice(1, 1), v.Slice(1, 1), touched == GuidanceBranches.Conditional);
        return engine.ConcatBatch(unconditional, conditional);
    }

    private LayoutModulation SelfModulation(in AttentionSite site)
    {
        var size = (site.Height, site.Width);
        if (_self.TryGetValue(size, out var modulation)) return modulation;
        var level = Window.Level(site.Height, site.Width);
        var strength = ModulationStrength.Self(level.SelfSize, Options.LambdaSelf, stepStrength, Options.HalfPrecisionCoefficients);
        return _self[size] = new LayoutModulation(level.Regions, level.Regions, strength);
    }

    private LayoutModulation CrossModulation(in AttentionSite site)
    {
        var size = (site.Height, site.Width);
        if (_cross.TryGetValue(size, out var modulation)) return modulation;
        var level = Window.Level(site.Height, site.Width);
        var strength = ModulationStrength.Cross(level.CrossSize, Options.LambdaCross, stepStrength);
        return _cross[size] = new LayoutModulation(level.Regions, Window.Layout!.TokenOwners, strength);
    }
}
