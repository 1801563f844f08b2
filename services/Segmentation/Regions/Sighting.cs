namespace VideoGrain.Segmentation.Regions;

/// <summary>What is seen of one object in a frame: a detection, or its part of one.</summary>
/// <param name="className">Its class.</param>
/// <param name="score">Confidence, 0 to 1.</param>
/// <param name="shape">Its pixels.</param>
/// <param name="frame">The frame's colours.</param>
internal sealed class Sighting(string className, double score, Blob shape, ColourBins frame)
{
    private float[]? _histogram;

    public string ClassName { get; } = className;

    public double Score { get; } = score;

    public Blob Shape { get; private set; } = shape;

    /// <summary>Whether a model found it by itself, and it was not cut out of what a model found.</summary>
    public bool IsOwn { get; init; } = true;

    /// <summary>Whether it is a part of another object, by its class.</summary>
    public bool IsPart { get; init; }

    /// <summary>Of a part: what is seen of the object that it lies in; null when it lies in none.</summary>
    public Sighting? Whole { get; set; }

    /// <summary>The object that it is; null while that is not known.</summary>
    public ActiveTrack? Owner { get; set; }

    /// <summary>Frequencies of its colours.</summary>
    public float[] Histogram => _histogram ??= frame.Histogram(Shape);

    /// <summary>Changes what is seen.</summary>
    public void Become(Blob other) => (Shape, _histogram) = (other, null);
}
