namespace VideoGrain.Segmentation.Regions;

/// <summary>The colours of an object, as far as they have been seen.</summary>
internal sealed class ColourModel
{
    // Share of what is new, so that the model follows changes of light and pose and forgives a bad mask.
    private const float Novelty = 0.2f;

    // Expected frequency of colours never seen.
    private const float Unseen = 1e-3f;

    // Borders mix the colours of both sides: they count only where an object is hardly more than border.
    private const int Border = 1;
    private const int LeastPixels = 16;

    private readonly float[] _histogram = new float[ColourBins.Count];
    private bool _isKnown;

    /// <summary>Adds what an object shows in a frame.</summary>
    public void Learn(ColourBins frame, Blob shape)
    {
        var inner = shape.Erode(Border);
        var seen = frame.Histogram(inner.Count >= LeastPixels ? inner : shape);
        var weight = _isKnown ? Novelty : 1;
        for (var i = 0; i < seen.Length; i++)
            _histogram[i] += weight * (seen[i] - _histogram[i]);
        _isKnown = true;
    }

    /// <summary>How alike colours are, 0 (none in common) to 1 (the same): the Bhattacharyya coefficient.</summary>
    /// <param name="histogram">Frequencies of colours.</param>
    public double Similarity(float[] histogram)
    {
        double sum = 0;
        for (var i = 0; i < histogram.Length; i++)
            sum += Math.Sqrt(_histogram[i] * histogram[i]);
        return sum;
    }

    /// <summary>The logarithm of how likely each colour is for a pixel of the object.</summary>
    public float[] LogLikelihood()
        => Array.ConvertAll(_histogram, h => MathF.Log((h + Unseen) / (1 + (ColourBins.Count * Unseen))));
}
