using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Editing.Attention;

/// <summary>Averages attention over layers and steps (golden data 4.11), at the resolution of <see cref="AttentionGrid"/>.</summary>
/// <param name="frames">Frames of the clip.</param>
/// <param name="latentHeight">Latent rows.</param>
/// <param name="latentWidth">Latent columns.</param>
public sealed class AttentionRecorder(int frames, int latentHeight, int latentWidth)
{
    private readonly AttentionGrid _grid = AttentionGrid.Of(latentHeight, latentWidth);
    private readonly FrameAverage _self = new(frames);
    private readonly FrameAverage _cross = new(frames);
    private int _textTokens;

    /// <summary>Adds a self-attention's per-frame blocks.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="site">The layer.</param>
    /// <param name="q">Its queries.</param>
    /// <param name="k">Its keys.</param>
    /// <param name="numbers">Numbers in the clip of the frames in the network.</param>
    public void AddSelf(IEngine engine, in AttentionSite site, Tensor q, Tensor k, ReadOnlySpan<int> numbers)
    {
        if (site.Level != _grid.Level) return;
        using var scope = engine.BeginScope();
        var blocks = engine.DiagonalAttentionProbabilities(Conditional(q), Conditional(k), site.Heads, site.Scale, site.Frames);
        var rows = Fit(engine, blocks, site, site.Height * site.Width, _grid);
        // The keys of a row lie like a picture as well.
        _self.Add(Padding.Fit<float>(rows, site.Frames * _grid.Rows * _grid.Columns, site.Height, site.Width, 1, _grid.Rows, _grid.Columns), numbers);
    }

    /// <summary>Adds a cross-attention's scores.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="site">The layer.</param>
    /// <param name="q">Its queries.</param>
    /// <param name="k">Its keys.</param>
    /// <param name="numbers">Numbers in the clip of the frames in the network.</param>
    public void AddCross(IEngine engine, in AttentionSite site, Tensor q, Tensor k, ReadOnlySpan<int> numbers)
    {
        if (site.Level != _grid.Level) return;
        _textTokens = k[1];
        _cross.Add(Scores(engine, site, q, k, _grid), numbers);
    }

    /// <summary>The averages, or null when nothing was recorded.</summary>
    public AttentionRecord? Average() =>
        _self.Average() is { } self && _cross.Average() is { } cross
            ? new AttentionRecord(frames, _grid.Rows, _grid.Columns, _textTokens, self, cross)
            : null;

    /// <summary>Scores of the conditional branch's image tokens with the text, mean over heads: [frames, tokens of the grid, text tokens].</summary>
    internal static float[] Scores(IEngine engine, in AttentionSite site, Tensor q, Tensor k, AttentionGrid grid)
    {
        using var scope = engine.BeginScope();
        var scores = engine.AttentionScores(Conditional(q), Conditional(k), site.Heads, site.Scale);
        return Fit(engine, scores, site, k[1], grid);
    }

    private static Tensor Conditional(Tensor x) => x[0] == 1 ? x : x.Slice(x[0] - 1, 1);

    /// <summary>Values [frames, site's tokens, width], without the rows and columns that only fill up the network's size.</summary>
    private static float[] Fit(IEngine engine, Tensor values, in AttentionSite site, int width, AttentionGrid grid)
    {
        var host = new float[values.ElementCount];
        engine.Download(values, host);
        return Padding.Fit<float>(host, site.Frames, site.Height, site.Width, width, grid.Rows, grid.Columns);
    }
}
