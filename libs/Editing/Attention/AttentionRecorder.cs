using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Editing.Attention;

/// <summary>
/// Sums attention over layers and steps (golden data 4.11), at the finest resolution of at most 32 x 32 tokens: that size was published,
/// for latents of 64 x 64.
/// </summary>
public sealed class AttentionRecorder
{
    private const int MostTokens = 32 * 32;

    private readonly int _frames;
    private readonly int _level;
    private float[]? _self;
    private float[]? _cross;
    private int _selfCount;
    private int _crossCount;
    private readonly int _height;
    private readonly int _width;
    private int _textTokens;

    /// <summary>Records a clip of the given latent size.</summary>
    public AttentionRecorder(int frames, int latentHeight, int latentWidth)
    {
        _frames = frames;
        while ((latentHeight >> _level) * (latentWidth >> _level) > MostTokens) _level++;
        var round = (1 << _level) - 1;
        (_height, _width) = ((latentHeight + round) >> _level, (latentWidth + round) >> _level);
    }

    /// <summary>Adds a self-attention's per-frame blocks.</summary>
    public void AddSelf(IEngine engine, in AttentionSite site, Tensor q, Tensor k)
    {
        if (site.Level != _level) return;
        using var scope = engine.BeginScope();
        var blocks = engine.DiagonalAttentionProbabilities(Conditional(q), Conditional(k), site.Heads, site.Scale, site.Frames);
        var rows = Fit(engine, blocks, site, site.Height * site.Width);
        // The keys of a row lie like a picture as well.
        Add(Padding.Fit<float>(rows, site.Frames * _height * _width, site.Height, site.Width, 1, _height, _width), ref _self);
        _selfCount++;
    }

    /// <summary>Adds a cross-attention's scores.</summary>
    public void AddCross(IEngine engine, in AttentionSite site, Tensor q, Tensor k)
    {
        if (site.Level != _level) return;
        using var scope = engine.BeginScope();
        _textTokens = k[1];
        var scores = engine.AttentionScores(Conditional(q), Conditional(k), site.Heads, site.Scale);
        Add(Fit(engine, scores, site, _textTokens), ref _cross);
        _crossCount++;
    }

    /// <summary>The averages, or null when nothing was recorded.</summary>
    public AttentionRecord? Average()
    {
        if (_self is null || _cross is null) return null;
        return new AttentionRecord(_frames, _height, _width, _textTokens, Divide(_self, _selfCount), Divide(_cross, _crossCount));
    }

    private static Tensor Conditional(Tensor x) => x[0] == 1 ? x : x.Slice(x[0] - 1, 1);

    /// <summary>Values [frames, site's tokens, width], without the rows and columns that only fill up the network's size.</summary>
    private float[] Fit(IEngine engine, Tensor values, in AttentionSite site, int width)
    {
        var host = new float[values.ElementCount];
        engine.Download(values, host);
        return Padding.Fit<float>(host, site.Frames, site.Height, site.Width, width, _height, _width);
    }

    private static void Add(float[] host, ref float[]? sum)
    {
        if (sum is null)
        {
            sum = host;
            return;
        }

        for (var i = 0; i < host.Length; i++) sum[i] += host[i];
    }

    private static float[] Divide(float[] sum, int count) => Array.ConvertAll(sum, value => value / count);
}
