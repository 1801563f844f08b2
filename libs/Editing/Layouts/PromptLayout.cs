using VideoGrain.Diffusion;
using VideoGrain.Diffusion.Text;
using VideoGrain.Tensors;

namespace VideoGrain.Editing.Layouts;

/// <summary>
/// What an edit's prompts and masks say together: which words belong to which region, where the regions lie at the latent's
/// resolution, and the text embedding with every region's own phrase embedding in place (golden data 4.2, 4.3).
/// </summary>
public sealed class PromptLayout
{
    private readonly EditOptions _options;
    private readonly IReadOnlyList<LayoutMask> _networkMasks;

    private PromptLayout(
        TokenizedText prompt, IReadOnlyList<TokenizedText> phrases, IReadOnlyList<TokenRange?> ranges, IReadOnlyList<LayoutMask> masks,
        IReadOnlyList<LayoutMask> networkMasks, EditOptions options)
    {
        _options = options;
        _networkMasks = networkMasks;
        Prompt = prompt;
        Phrases = phrases;
        Ranges = ranges;
        Masks = masks;
        TokenOwners = TokenMatching.Owners(prompt.Ids.Length, ranges, options.ShareRepeatedPhrases);
    }

    /// <summary>The edit prompt's tokens.</summary>
    public TokenizedText Prompt { get; }

    /// <summary>Tokens of each region's phrase.</summary>
    public IReadOnlyList<TokenizedText> Phrases { get; }

    /// <summary>Where each region's phrase stands in the edit prompt; null where it does not.</summary>
    public IReadOnlyList<TokenRange?> Ranges { get; }

    /// <summary>Masks at the latent's resolution, values 0 and 1, one per region.</summary>
    public IReadOnlyList<LayoutMask> Masks { get; }

    /// <summary>For each token of the padded edit prompt the regions that own it, as bits.</summary>
    public ulong[] TokenOwners { get; }

    /// <summary>Tokenizes and matches the prompts and brings the masks to the latent's resolution.</summary>
    /// <param name="model">Gives tokenizer and sizes; its engine is not used.</param>
    /// <param name="prompt">The whole edit prompt.</param>
    /// <param name="regions">The regions.</param>
    /// <param name="frames">Frames of the clip.</param>
    /// <param name="height">Latent rows.</param>
    /// <param name="width">Latent columns.</param>
    /// <param name="options">Options.</param>
    /// <exception cref="EditException">
    /// Too many tokens or regions, a phrase that is not in the prompt, masks of another length than the clip, a region without pixels.
    /// </exception>
    public static PromptLayout Create(
        StableDiffusion model, string prompt, IReadOnlyList<RegionPrompt> regions, int frames, int height, int width, EditOptions options)
    {
        var violations = new List<OptionViolation>();
        var tokens = Tokenize(model, prompt, "prompt", violations);
        if (regions.Count is < 1 or > LayoutModulation.MaxRegions)
        {
            violations.Add(new("regions", $"must have 1 to {LayoutModulation.MaxRegions} entries, got {regions.Count}", EditReasons.RegionLimitExceeded));
            throw new EditException(violations);
        }

        var phrases = new TokenizedText[regions.Count];
        var ranges = new TokenRange?[regions.Count];
        var masks = new LayoutMask[regions.Count];
        for (var i = 0; i < regions.Count; i++)
        {
            var phraseField = $"regions[{i}].phrase";
            phrases[i] = Tokenize(model, regions[i].Phrase, phraseField, violations);
            ranges[i] = TokenMatching.Find(tokens.Ids, phrases[i].Content);
            if (ranges[i] is null && options.RequirePhraseMatch && phrases[i].Content.Length > 0)
                violations.Add(new(phraseField, $"\"{regions[i].Phrase}\" does not occur in the prompt", EditReasons.RegionPromptNotFound));
            masks[i] = Resample(regions[i].Mask, i, frames, height, width, violations);
        }

        EditException.ThrowIfAny(violations);
        if (options.LaterRegionsOnTop) RegionMasks.CutByLater(masks);
        for (var i = 0; i < regions.Count; i++)
        {
            if (masks[i].IsEmpty)
                violations.Add(new($"regions[{i}].mask", "covers no latent pixel that no later region covers", EditReasons.RegionEmpty));
        }

        EditException.ThrowIfAny(violations);
        var (networkHeight, networkWidth) = (Padding.Side(model, height), Padding.Side(model, width));
        return new PromptLayout(tokens, phrases, ranges, masks, [.. masks.Select(m => m.Fit(networkHeight, networkWidth))], options);
    }

    /// <summary>Regions and size terms at one resolution, for some frames of the clip.</summary>
    public LayoutLevel Level(ReadOnlySpan<int> frames, int height, int width)
    {
        var masks = new LayoutMask[Masks.Count];
        for (var i = 0; i < masks.Length; i++) masks[i] = _networkMasks[i].Select(frames);
        return LayoutLevel.Build(masks, height, width, _options.SelfSizeDivisor, _options.HalfPrecisionCoefficients);
    }

    /// <summary>
    /// Embedding of the edit prompt, [tokens, width] row-major, whose rows at a matched phrase are those of the phrase's own embedding.
    /// </summary>
    public float[] EmbedWithPhrases(StableDiffusion model)
    {
        var result = Embed(model, Prompt);
        var width = result.Length / Prompt.Ids.Length;
        for (var i = 0; i < Phrases.Count; i++)
        {
            if (Ranges[i] is not { } range) continue;
            // Row 0 of the phrase is its begin marker.
            Embed(model, Phrases[i]).AsSpan(width, range.Count * width).CopyTo(result.AsSpan(range.Start * width));
        }

        return result;
    }

    /// <summary>Embedding of a prompt, [tokens, width] row-major.</summary>
    internal static float[] Embed(StableDiffusion model, TokenizedText tokens)
    {
        using var scope = model.Engine.BeginScope();
        var embedding = model.TextEncoder.Encode(tokens);
        var values = new float[embedding.ElementCount];
        model.Engine.Download(embedding, values);
        return values;
    }

    internal static TokenizedText Tokenize(StableDiffusion model, string text, string field, List<OptionViolation> violations)
    {
        if (text.Length > ClipTokenizer.MaxTextLength)
        {
            violations.Add(new(field, $"has {text.Length} characters, the limit is {ClipTokenizer.MaxTextLength}", EditReasons.TokensExceedLimit));
            text = "";
        }

        var tokens = model.Tokenizer.Encode(text);
        if (tokens.UntruncatedLength > model.Tokenizer.MaxLength)
        {
            violations.Add(new(
                field, $"has {tokens.UntruncatedLength} tokens with its markers, the limit is {model.Tokenizer.MaxLength}",
                EditReasons.TokensExceedLimit));
        }

        return tokens;
    }

    private static LayoutMask Resample(LayoutMask mask, int region, int frames, int height, int width, List<OptionViolation> violations)
    {
        var field = $"regions[{region}].mask";
        if (mask.Frames != frames)
            violations.Add(new(field, $"has {mask.Frames} frames, the clip has {frames}", EditReasons.MaskSizeMismatch));
        var result = mask.Resample(height, width);
        if (result.IsEmpty) violations.Add(new(field, "covers no latent pixel in any frame", EditReasons.RegionEmpty));
        return result;
    }
}
