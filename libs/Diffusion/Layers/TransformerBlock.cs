using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Layers;

/// <summary>Self-attention, cross-attention to the prompt, and a gated feed-forward, each normalised and added to its input.</summary>
internal sealed class TransformerBlock
{
    private const float NormEpsilon = 1e-5f;
    private const int FeedForwardFactor = 4;

    private readonly string _name;
    private readonly NormWeight _norm1, _norm2, _norm3;
    private readonly LinearWeight _query1, _key1, _value1, _out1;
    private readonly LinearWeight _query2, _key2, _value2, _out2;
    private readonly LinearWeight _gated, _down;
    private readonly AttentionSite _self, _cross;

    /// <summary>Takes the weights of one block.</summary>
    /// <param name="source">Standing at the block.</param>
    /// <param name="width">Channels.</param>
    /// <param name="textWidth">Channels of the prompt embedding.</param>
    /// <param name="site">Where it sits; name, clip and size are filled in.</param>
    public TransformerBlock(WeightSource source, int width, int textWidth, AttentionSite site)
    {
        _name = source.Prefix;
        _norm1 = source.Norm("norm1", width);
        _norm2 = source.Norm("norm2", width);
        _norm3 = source.Norm("norm3", width);
        var attention = source.At("attn1");
        _query1 = attention.Linear("to_q", width, width, bias: false);
        _key1 = attention.Linear("to_k", width, width, bias: false);
        _value1 = attention.Linear("to_v", width, width, bias: false);
        _out1 = attention.Linear("to_out.0", width, width);
        _self = site with { Name = attention.Prefix, Scale = Scale(width, site.Heads) };
        attention = source.At("attn2");
        _query2 = attention.Linear("to_q", width, width, bias: false);
        _key2 = attention.Linear("to_k", textWidth, width, bias: false);
        _value2 = attention.Linear("to_v", textWidth, width, bias: false);
        _out2 = attention.Linear("to_out.0", width, width);
        _cross = _self with { Name = attention.Prefix };
        _gated = source.Linear("ff.net.0.proj", width, width * FeedForwardFactor * 2);
        _down = source.Linear("ff.net.2", width * FeedForwardFactor, width);
        NormName = $"{_name}.norm1";
        FeedForwardName = $"{_name}.ff";
    }

    /// <summary>Position of this block's keys and values in a <see cref="TextConditioning"/>.</summary>
    public int TextIndex { get; set; }

    /// <summary>Channels of the prompt embeddings it takes.</summary>
    public int TextWidth => _key2.Inputs;

    private string NormName { get; }

    private string FeedForwardName { get; }

    /// <summary>Keys and values of a prompt [branches, tokens, textWidth] for this block's cross-attention.</summary>
    public (Tensor Keys, Tensor Values) EncodeText(IEngine engine, Tensor text) =>
        (engine.Linear(text, _key2), engine.Linear(text, _value2));

    /// <summary>
    /// Runs the block on tokens [branches, frames * height * width, channels], or [branches * frames, height * width, channels] per frame.
    /// It disposes of <paramref name="x"/> as soon as it can: the feed-forward that follows is where a pass needs most memory.
    /// </summary>
    public Tensor Forward(Pass pass, Tensor x, int height, int width)
    {
        var engine = pass.Engine;
        using var scope = engine.BeginScope();
        var attended = SelfAttend(pass, x, height, width);
        x.Dispose();
        var informed = CrossAttend(pass, attended, height, width);
        attended.Dispose();
        var normed = engine.LayerNorm(informed, _norm3, NormEpsilon);
        var gated = engine.LinearGeglu(normed, _gated);
        normed.Dispose();
        return pass.Observe(FeedForwardName, scope.Keep(engine.Linear(gated, _down, Activation.None, informed)));
    }

    private static float Scale(int width, int heads) => 1 / MathF.Sqrt((float)width / heads);

    private Tensor SelfAttend(Pass pass, Tensor x, int height, int width)
    {
        var engine = pass.Engine;
        using var scope = engine.BeginScope();
        var normed = pass.Observe(NormName, engine.LayerNorm(x, _norm1, NormEpsilon));
        var query = engine.Linear(normed, _query1);
        var key = engine.Linear(normed, _key1);
        var value = engine.Linear(normed, _value1);
        normed.Dispose();
        var result = pass.Hooks.SelfAttention(engine, At(_self, pass, height, width), query, key, value);
        return pass.Observe(_self.Name, scope.Keep(engine.Linear(result, _out1, Activation.None, x)));
    }

    private Tensor CrossAttend(Pass pass, Tensor x, int height, int width)
    {
        var engine = pass.Engine;
        using var scope = engine.BeginScope();
        var normed = engine.LayerNorm(x, _norm2, NormEpsilon);
        var query = engine.Linear(normed, _query2);
        normed.Dispose();
        var (keys, values) = pass.Text![TextIndex];
        var result = pass.Hooks.CrossAttention(engine, At(_cross, pass, height, width), query, keys, values);
        return pass.Observe(_cross.Name, scope.Keep(engine.Linear(result, _out2, Activation.None, x)));
    }

    private static AttentionSite At(in AttentionSite site, Pass pass, int height, int width)
    {
        var (branches, frames) = pass.AttendsAcrossFrames ? (pass.Branches, pass.Frames) : (pass.Branches * pass.Frames, 1);
        return site with { Branches = branches, Frames = frames, Height = height, Width = width };
    }
}
