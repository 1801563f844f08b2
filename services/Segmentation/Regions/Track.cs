namespace VideoGrain.Segmentation.Regions;

/// <summary>One object over time: where it is in each frame, and what it is.</summary>
/// <param name="firstFrame">Frame in which it was first found.</param>
internal sealed class Track(int firstFrame)
{
    private readonly Dictionary<string, double> _classVotes = new(StringComparer.Ordinal);
    private readonly Dictionary<int, PackedMask> _masks = [];
    private double _scoreSum;

    /// <summary>First frame in which a model found it.</summary>
    public int FirstFrame { get; private set; } = firstFrame;

    /// <summary>Last frame in which a model found it.</summary>
    public int LastFound { get; private set; } = firstFrame;

    /// <summary>The class that most of the score speaks for.</summary>
    public string ClassName => _classVotes.MaxBy(v => v.Value).Key;

    /// <summary>Mean score of what was found, 0 to 1.</summary>
    public double Score => _scoreSum / FoundCount;

    /// <summary>Number of frames in which it was found.</summary>
    public int FoundCount { get; private set; }

    /// <summary>The mask in a frame, or null when the object is not there.</summary>
    public Media.Mask? this[int frame] => Packed(frame)?.Unpack();

    /// <summary>The mask in a frame as it is kept, or null when the object is not there.</summary>
    public PackedMask? Packed(int frame) => _masks.GetValueOrDefault(frame);

    /// <summary>Keeps what was found in a frame, before or after those that are known.</summary>
    public void Keep(int frame, string className, double score, PackedMask mask)
    {
        _masks[frame] = mask;
        (FirstFrame, LastFound) = (Math.Min(FirstFrame, frame), Math.Max(LastFound, frame));
        _classVotes[className] = _classVotes.GetValueOrDefault(className) + (score * mask.Count);
        _scoreSum += score;
        FoundCount++;
    }

    /// <summary>Keeps where the object should be, for a frame in which nothing was found.</summary>
    public void Carry(int frame, PackedMask mask) => _masks[frame] = mask;

    /// <summary>Forgets what was carried along beyond the frames in which the object was found: it did not come back.</summary>
    public void Trim()
    {
        foreach (var frame in _masks.Keys.Where(f => f > LastFound || f < FirstFrame).ToList())
            _masks.Remove(frame);
    }
}
