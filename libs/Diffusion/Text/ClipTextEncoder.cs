using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Text;

/// <summary>CLIP's text encoder: token ids to one embedding a token. Causal; padding is not masked, as in Stable Diffusion.</summary>
public sealed class ClipTextEncoder
{
    private readonly IEngine _engine;
    private readonly TextEncoderWeights _weights;

    internal ClipTextEncoder(IEngine engine, TextEncoderWeights weights)
    {
        _engine = engine;
        _weights = weights;
    }

    /// <summary>Channels of an embedding; 768 for Stable Diffusion 1.x.</summary>
    public int Width => _weights.Config.Width;

    /// <summary>Most tokens of a text; 77 for Stable Diffusion 1.x.</summary>
    public int MaxTokens => _weights.Config.Positions;

    /// <summary>Number of different token ids.</summary>
    public int VocabularySize => _weights.Config.Vocabulary;

    /// <summary>Encodes tokenized texts.</summary>
    /// <param name="texts">At least one; all of the tokenizer's length.</param>
    /// <returns>[texts, tokens, <see cref="Width"/>] after the final norm, in the current scope.</returns>
    public Tensor Encode(params IReadOnlyList<TokenizedText> texts)
    {
        ArgumentOutOfRangeException.ThrowIfZero(texts.Count, nameof(texts));
        var length = texts[0].Ids.Length;
        var ids = new int[texts.Count * length];
        for (var i = 0; i < texts.Count; i++) texts[i].Ids.CopyTo(ids.AsSpan(i * length, length));
        return Encode(ids, length);
    }

    /// <summary>Encodes token ids.</summary>
    /// <param name="ids">[texts, tokens], row-major.</param>
    /// <param name="tokens">Tokens of each text, at most <see cref="MaxTokens"/>.</param>
    /// <returns>[texts, tokens, <see cref="Width"/>] after the final norm, in the current scope.</returns>
    /// <exception cref="ArgumentException">Counts do not fit, or an id lies outside the vocabulary.</exception>
    public Tensor Encode(ReadOnlySpan<int> ids, int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, MaxTokens);
        if (ids.IsEmpty || ids.Length % tokens != 0)
            throw new ArgumentException($"{ids.Length} ids are no texts of {tokens} tokens", nameof(ids));
        foreach (var id in ids)
        {
            if (id < 0 || id >= VocabularySize)
                throw new ArgumentException($"{id} lies outside the vocabulary of {VocabularySize}", nameof(ids));
        }

        using var scope = _engine.BeginScope();
        var positions = Enumerable.Range(0, tokens).ToArray();
        var words = _engine.Embed(_weights.Tokens, ids).Reshape(ids.Length / tokens, tokens, Width);
        var x = _engine.Combine(words, 1, _engine.Embed(_weights.Positions, positions).Reshape(1, tokens, Width), 1);
        foreach (var layer in _weights.Layers)
        {
            var next = layer.Forward(_engine, x);
            x.Dispose();
            x = next;
        }

        return scope.Keep(_engine.LayerNorm(x, _weights.Norm, _weights.Config.NormEpsilon));
    }
}
