using VideoGrain.Diffusion.UNet;
using VideoGrain.Editing.Layouts;
using VideoGrain.Tensors;

namespace VideoGrain.Editing.Attention;

/// <summary>
/// Averages over layers what one step's cross-attention pays to each region's phrase. Only the phrases' columns are kept, so memory does
/// not grow with text or layers.
/// </summary>
/// <param name="ranges">Where each region's phrase stands in the prompt; null where it does not.</param>
/// <param name="frames">Frames of the clip.</param>
/// <param name="latentHeight">Latent rows.</param>
/// <param name="latentWidth">Latent columns.</param>
public sealed class PhraseRecorder(IReadOnlyList<TokenRange?> ranges, int frames, int latentHeight, int latentWidth)
{
    private readonly AttentionGrid _grid = AttentionGrid.Of(latentHeight, latentWidth);
    private readonly FrameAverage _average = new(frames);

    /// <summary>Adds a cross-attention's scores.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="site">The layer.</param>
    /// <param name="q">Its queries.</param>
    /// <param name="k">Its keys.</param>
    /// <param name="numbers">Numbers in the clip of the frames in the network.</param>
    public void Add(IEngine engine, in AttentionSite site, Tensor q, Tensor k, ReadOnlySpan<int> numbers)
    {
        if (site.Level != _grid.Level) return;
        var (scores, tokens) = (AttentionRecorder.Scores(engine, site, q, k, _grid), k[1]);
        var phrases = new float[scores.Length / tokens * ranges.Count];
        for (var i = 0; i < phrases.Length; i++)
        {
            if (ranges[i % ranges.Count] is not { } range) continue;
            foreach (var score in scores.AsSpan(i / ranges.Count * tokens + range.Start, range.Count)) phrases[i] += score / range.Count;
        }

        _average.Add(phrases, numbers);
    }

    /// <summary>The averages; null when nothing was recorded.</summary>
    public PhraseMaps? Average()
    {
        if (_average.Average() is not { } values) return null;
        var (regions, pixels) = (ranges.Count, frames * _grid.Rows * _grid.Columns);
        var maps = new float[values.Length];
        for (var i = 0; i < values.Length; i++) maps[i % regions * pixels + i / regions] = values[i];
        return new PhraseMaps(regions, frames, _grid.Rows, _grid.Columns, maps);
    }
}
