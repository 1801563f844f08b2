using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Layers;

/// <summary>All cross-attentions of a network, in the order of their registration; makes prompts ready for them.</summary>
internal sealed class TextKeys
{
    private readonly List<TransformerBlock> _blocks = [];
    private int _textWidth;

    /// <summary>Adds a block and returns its index.</summary>
    public int Register(TransformerBlock block)
    {
        _blocks.Add(block);
        _textWidth = block.TextWidth;
        return _blocks.Count - 1;
    }

    public TextConditioning Prepare(IEngine engine, Tensor text)
    {
        if (text.Rank != 3 || text[2] != _textWidth)
            throw new ArgumentException($"must be [branches, tokens, {_textWidth}], is [{string.Join(", ", text.Shape.ToArray())}]", nameof(text));
        return new TextConditioning(this, text[0], text[1], [.. _blocks.Select(block => block.EncodeText(engine, text))]);
    }

    public void Check(TextConditioning text, int branches)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Owner != this) throw new ArgumentException("was prepared for another network", nameof(text));
        if (text.Branches != branches) throw new ArgumentException($"has {text.Branches} branches, the batch has {branches}", nameof(text));
    }
}
