using VideoGrain.Media;
using VideoGrain.Media.Flow;

namespace VideoGrain.Segmentation.Regions;

/// <summary>
/// Gives detections one identity over time. Each object is expected where the flow carries it, or, while something hides it, where its
/// own motion does. Detections are matched with what is expected by overlap, class and colours; what was found for objects that touch
/// is divided among them; what is left over may be an object that comes back. An object that should be seen and is not found for a
/// while ends where it was last found; one that is hidden is waited for longer.
/// </summary>
/// <param name="maxGap">Frames for which an object that should be seen may be lost, 0 or more.</param>
internal sealed class RegionTracker(int maxGap = RegionTracker.DefaultMaxGap)
{
    public const int DefaultMaxGap = 4;

    // Frames for which a hidden object is waited for.
    private const int MaxHidden = 48;

    // Flow is estimated on frames of about this side, so that a unit, one pixel of it, is what it may be off by.
    private const double UnitsPerSide = ClipFlow.MostSide;

    // Share of an object that lies within another for it to be a part of that one.
    private const double PartShare = 0.8;

    // A detection beside an object's own one belongs to it as well when it lies within the object, which would be cut short without it,
    // and looks like it: the model broke the object in two.
    private const double FragmentShare = 0.8;
    private const double CutShort = 0.8;

    private readonly List<ActiveTrack> _active = [];
    private readonly List<Track> _all = [];
    private int _frame;

    /// <summary>Takes the next frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="detections">What was found in it.</param>
    /// <param name="flow">Flow from the frame before, asked for only when it can tell anything; null for the first.</param>
    public void Add(Frame frame, IReadOnlyList<Detection> detections, Lazy<FlowField>? flow)
    {
        var unit = Math.Max(1, (int)Math.Round(Math.Max(frame.Width, frame.Height) / UnitsPerSide));
        var colours = new ColourBins(frame);
        List<Sighting> sightings = [.. detections.Select(d => new Sighting(d.ClassName, d.Score, Blob.Of(d.Mask), colours) { IsPart = d.IsPart })];
        List<Sighting> objects = [.. sightings.Where(s => !s.IsPart)], parts = [.. sightings.Where(s => s.IsPart)];
        if (flow != null)
        {
            var isPlain = PlainFrames.IsPlain(_active, sightings, _frame, unit);
            foreach (var track in _active)
            {
                if (isPlain)
                    track.Stay();
                else
                    track.Expect(flow.Value, unit);
            }

            List<ActiveTrack> wholes = [.. _active.Where(t => !t.IsPart)];
            TrackMatching.Follow(wholes, objects, _frame);
            JoinFragments(wholes, objects);
            TouchingObjects.Divide(wholes, objects, colours, unit);
            TrackMatching.Recognise(wholes, objects, _frame);
        }

        parts = ObjectParts.Divide(parts, objects, colours);
        TrackMatching.FollowParts([.. _active.Where(t => t.IsPart)], parts, _frame);
        foreach (var track in _active)
            track.End(_frame, [.. objects.Where(o => MayHide(o, track)).Select(o => o.Shape)], colours, unit);
        sightings = [.. objects, .. parts];
        foreach (var sighting in sightings.Where(s => s.Owner == null))
        {
            var track = new ActiveTrack(new Track(_frame), sighting.IsPart);
            track.Begin(_frame, sighting, colours);
            _active.Add(track);
            _all.Add(track.Track);
        }

        Nest(sightings);
        _active.RemoveAll(t => t.Misses > maxGap || _frame - t.Track.LastFound > MaxHidden);
        _frame++;
    }

    /// <summary>Ends the clip.</summary>
    /// <returns>The tracks, by first frame, then from left to right.</returns>
    public IReadOnlyList<Track> Complete()
    {
        foreach (var track in _all)
            track.Trim();
        return [.. _all.OrderBy(t => t.FirstFrame).ThenBy(t => MaskGeometry.Centre(t[t.FirstFrame]!).X)];
    }

    // An object hides neither its own parts nor the object that it is a part of.
    private static bool MayHide(Sighting other, ActiveTrack track)
        => other.Owner != track && (other.Owner == null || !track.Nested.Contains(other.Owner)) && (!track.IsPart || track.Sighting?.Whole != other);

    private static void JoinFragments(List<ActiveTrack> tracks, List<Sighting> sightings)
    {
        foreach (var fragment in sightings.Where(s => s.Owner == null).ToList())
        {
            var whole = tracks.Find(t => t.Sighting is { } own
                && t.ExpectedWhole.ShareOf(fragment.Shape) >= FragmentShare
                && own.Shape.ShareOf(fragment.Shape) <= 1 - FragmentShare
                && t.ExpectedWhole.Overlap(own.Shape) < CutShort
                && t.Colours.Similarity(fragment.Histogram) >= TrackMatching.LeastSimilarity);
            if (whole == null)
                continue;
            whole.Sighting!.Become(Blob.Join([whole.Sighting.Shape, fragment.Shape]));
            sightings.Remove(fragment);
        }
    }

    private static void Nest(List<Sighting> sightings)
    {
        foreach (var a in sightings)
        {
            a.Owner!.Nested =
            [
                .. sightings.Where(b => b != a && a.Shape.Common(b.Shape) >= PartShare * Math.Min(a.Shape.Count, b.Shape.Count)).Select(b => b.Owner!),
            ];
        }
    }
}
