using VideoGrain.Media;

namespace VideoGrain.Segmentation.Regions;

/// <summary>One object over time.</summary>
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

    /// <summary>Its extent in the latest frame, found or carried along; what hides it is not taken off.</summary>
    public Mask Extent { get; private set; } = null!;

    /// <summary>Whether something else hid most of it in the latest frame.</summary>
    public bool IsHidden { get; private set; }

    /// <summary>Its motion from frame to frame when it was last found twice in a row, in pixels.</summary>
    public (double X, double Y) Velocity { get; private set; }

    /// <summary>The objects that it lay within, or that lay within it, when both were last found: its whole and its parts.</summary>
    public IReadOnlyList<Track> Nested { get; set; } = [];

    /// <summary>The class that most of the score speaks for.</summary>
    public string ClassName => _classVotes.MaxBy(v => v.Value).Key;

    /// <summary>Mean score of what was found, 0 to 1.</summary>
    public double Score => _scoreSum / FoundCount;

    /// <summary>Number of frames in which it was found.</summary>
    public int FoundCount { get; private set; }

    /// <summary>The mask in a frame, or null when the object is not there.</summary>
    public Mask? this[int frame] => Packed(frame)?.Unpack();

    /// <summary>The mask in a frame as it is kept, or null when the object is not there.</summary>
    public PackedMask? Packed(int frame) => _masks.GetValueOrDefault(frame);

    public void Add(int frame, Detection detection)
    {
        if (FoundCount > 0 && LastFound == frame - 1)
        {
            var (before, now) = (MaskGeometry.Centre(Extent), MaskGeometry.Centre(detection.Mask));
            Velocity = (now.X - before.X, now.Y - before.Y);
        }

        Extent = detection.Mask;
        IsHidden = false;
        Keep(frame, detection);
    }

    /// <summary>Keeps what was found in an earlier frame, looking back.</summary>
    public void AddBefore(int frame, Detection detection) => Keep(frame, detection);

    /// <summary>Keeps what was carried along, for a frame in which nothing was found.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="extent">Where the object should be.</param>
    /// <param name="visible">The part of it that nothing else covers.</param>
    public void Carry(int frame, Mask extent, Mask visible)
    {
        _masks[frame] = PackedMask.Of(visible);
        Extent = extent;
        IsHidden = 2 * visible.Count < extent.Count;
    }

    /// <summary>Keeps what was carried along into an earlier frame, looking back.</summary>
    public void CarryBefore(int frame, Mask extent) => _masks[frame] = PackedMask.Of(extent);

    /// <summary>Forgets what was carried along beyond the frames in which the object was found: it did not come back.</summary>
    public void Trim()
    {
        foreach (var frame in _masks.Keys.Where(f => f > LastFound || f < FirstFrame).ToList())
            _masks.Remove(frame);
    }

    private void Keep(int frame, Detection detection)
    {
        _masks[frame] = PackedMask.Of(detection.Mask);
        (FirstFrame, LastFound) = (Math.Min(FirstFrame, frame), Math.Max(LastFound, frame));
        _classVotes[detection.ClassName] = _classVotes.GetValueOrDefault(detection.ClassName) + (detection.Score * detection.Mask.Count);
        _scoreSum += detection.Score;
        FoundCount++;
    }
}
