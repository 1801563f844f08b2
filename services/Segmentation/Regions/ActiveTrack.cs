using VideoGrain.Media.Flow;

namespace VideoGrain.Segmentation.Regions;

/// <summary>
/// An object that may still be seen: what is known of it besides its track. Its whole is what it would show if nothing hid it; while
/// something does, the whole goes on as it moved and is put right by the part that is seen.
/// </summary>
/// <param name="track">Its track.</param>
/// <param name="isPart">Whether it is a part of another object, by its class.</param>
internal sealed class ActiveTrack(Track track, bool isPart)
{
    // An object of which less than this is seen tells little about its motion.
    private const double ShareForMotion = 0.3;

    // How much a motion counts that was measured on an object partly hidden, or just out of hiding.
    private const double HiddenWeight = 0.3;
    private const double ReturnWeight = 0.5;

    // How many units the seen part of a hidden object may stray from its whole: the flow there is partly that of what hides it.
    private const int Stray = 3;

    // An object of which less than this is open to view is not missed when it is not found.
    private const double HiddenShare = 0.5;

    private readonly Drift _drift = new();

    public Track Track { get; } = track;

    /// <summary>Whether it is a part of another object, by its class.</summary>
    public bool IsPart { get; } = isPart;

    /// <summary>All of it in the latest frame, as far as is known.</summary>
    public Blob Whole { get; private set; } = Blob.Empty;

    /// <summary>What was seen of it in the latest frame.</summary>
    public Blob Seen { get; private set; } = Blob.Empty;

    /// <summary>Where all of it is expected in the frame that comes.</summary>
    public Blob ExpectedWhole { get; private set; } = Blob.Empty;

    /// <summary>Where that is expected which was seen of it.</summary>
    public Blob ExpectedSeen { get; private set; } = Blob.Empty;

    /// <summary>Its colours.</summary>
    public ColourModel Colours { get; } = new();

    /// <summary>Whether something hides a part of it, or did when it was last seen.</summary>
    public bool IsHidden { get; private set; }

    /// <summary>Frames in a row in which it should have been found and was not.</summary>
    public int Misses { get; private set; }

    /// <summary>Frames in which a model found it by itself.</summary>
    public int OwnFinds { get; private set; }

    /// <summary>The objects that it lay within, or that lay within it, when both were last found: its whole and its parts.</summary>
    public IReadOnlyList<ActiveTrack> Nested { get; set; } = [];

    /// <summary>What is seen of it in the frame at hand; null when it is not found.</summary>
    public Sighting? Sighting { get; private set; }

    /// <summary>Expects the object in the next frame.</summary>
    /// <param name="flow">Flow to that frame.</param>
    /// <param name="unit">Pixels by which flow may be off.</param>
    public void Expect(FlowField flow, int unit)
    {
        Sighting = null;
        if (!IsHidden)
        {
            ExpectedWhole = ExpectedSeen = Whole.Forward(flow);
            return;
        }

        var near = Whole.Dilate(Stray * unit);
        var step = _drift.Step();
        ExpectedWhole = Whole.Shift(step);
        near = near.Shift(step);
        ExpectedSeen = Seen.Forward(flow).Where(near.Contains);
    }

    /// <summary>Expects the object where it was: what it is now lies there as well, and nothing that it could be taken for is near.</summary>
    public void Stay()
    {
        Sighting = null;
        (ExpectedWhole, ExpectedSeen) = (Whole, Whole);
    }

    /// <summary>Takes a sighting as this object, or gives it back when it is null.</summary>
    public void Take(Sighting? sighting)
    {
        if (Sighting != null)
            Sighting.Owner = null;
        Sighting = sighting;
        if (sighting != null)
            sighting.Owner = this;
    }

    /// <summary>Keeps what was seen of a new object.</summary>
    public void Begin(int frame, Sighting sighting, ColourBins colours)
    {
        Take(sighting);
        (Whole, Seen, ExpectedWhole) = (sighting.Shape, sighting.Shape, sighting.Shape);
        Colours.Learn(colours, Seen);
        Keep(frame, sighting, colours);
    }

    /// <summary>Ends a frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="others">What else was seen in it and may hide it; its own parts and its own whole do not.</param>
    /// <param name="colours">The frame's colours.</param>
    /// <param name="unit">Pixels by which flow may be off.</param>
    public void End(int frame, IReadOnlyList<Blob> others, ColourBins colours, int unit)
    {
        if (Sighting is { } sighting)
            Found(frame, sighting, others, colours, unit);
        else
            Missed(frame, others, colours);
    }

    private void Found(int frame, Sighting sighting, IReadOnlyList<Blob> others, ColourBins colours, int unit)
    {
        var seen = sighting.Shape;
        var isNext = Track.LastFound == frame - 1;
        var border = seen.Dilate(TouchingObjects.Distance * unit);
        var touches = others.Any(o => border.Common(o) > 0);
        if (!touches || seen.Count >= Whole.Count)
        {
            var (before, now) = (Whole.Centre, seen.Centre);
            if (isNext)
                _drift.Measure((now.X - before.X, now.Y - before.Y), IsHidden ? ReturnWeight : 1);
            (Whole, IsHidden) = (seen, false);
            if (!touches)
                Colours.Learn(colours, seen);
        }
        else
        {
            Place(seen, isNext, others, unit);
        }

        Seen = seen;
        Keep(frame, sighting, colours);
    }

    // A part is seen, something else is beside it: the whole stays as it was last seen and is put where the part fits.
    private void Place(Blob seen, bool isNext, IReadOnlyList<Blob> others, int unit)
    {
        var step = IsHidden || !isNext ? (0, 0) : _drift.Step();
        var expected = IsHidden || !isNext ? ExpectedWhole : Whole.Shift(step);
        if (!isNext && expected.Overlap(seen) < TrackMatching.LeastOverlap)
        {
            // Found again off the expected place.
            var (from, to) = (expected.Centre, seen.Centre);
            expected = expected.Shift(((int)Math.Round(to.X - from.X), (int)Math.Round(to.Y - from.Y)));
        }

        var off = BlobAlignment.Find(expected, seen, others, unit);
        if (isNext && seen.Count >= ShareForMotion * Whole.Count)
            _drift.Measure((_drift.Velocity.X + off.X, _drift.Velocity.Y + off.Y), HiddenWeight);
        (Whole, IsHidden) = (expected.Shift(off), true);
    }

    // What another object covers now is not the lost object's any more: this is how it passes behind one.
    private void Missed(int frame, IReadOnlyList<Blob> others, ColourBins colours)
    {
        Whole = ExpectedWhole;
        var inside = Whole.Within(colours.Width, colours.Height);
        Seen = inside.Without(others);
        Track.Carry(frame, PackedMask.Of(Seen, colours.Width, colours.Height));
        var isHidden = !inside.IsEmpty && Seen.Count < HiddenShare * inside.Count;
        IsHidden |= isHidden;
        Misses += isHidden ? 0 : 1;
    }

    private void Keep(int frame, Sighting sighting, ColourBins colours)
    {
        Track.Keep(frame, sighting.ClassName, sighting.Score, PackedMask.Of(sighting.Shape, colours.Width, colours.Height));
        Misses = 0;
        OwnFinds += sighting.IsOwn ? 1 : 0;
    }
}
