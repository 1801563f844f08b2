using VideoGrain.Media;
using VideoGrain.Media.Flow;

namespace VideoGrain.Segmentation.Regions;

/// <summary>
/// Gives detections one identity over time. Each frame's detections are matched with the tracks' masks, moved along by the flow, so
/// that the sum of overlaps is the largest possible. A track that finds no match is carried along by the flow for a while; when it is
/// found again in time the gap is bridged, otherwise it ends where it was last found.
/// </summary>
/// <param name="maxGap">Frames for which a lost track is carried along, 0 or more.</param>
internal sealed class RegionTracker(int maxGap = RegionTracker.DefaultMaxGap)
{
    public const int DefaultMaxGap = 4;

    /// <summary>Least overlap (intersection over union) that speaks for one identity.</summary>
    private const double LeastOverlap = 0.15;

    // Equal overlap goes to the track of the same class; a strong overlap still outweighs a flicker of the class.
    private const double ClassBonus = 0.25;

    // Share of an object that lies within another for it to be a part of that one.
    private const double PartShare = 0.8;

    private readonly List<Track> _active = [];
    private readonly List<Track> _all = [];
    private int _frame;

    /// <summary>Takes the next frame.</summary>
    /// <param name="detections">What was found in it.</param>
    /// <param name="flow">Flow from the frame before; null for the first.</param>
    public void Add(IReadOnlyList<Detection> detections, FlowField? flow)
    {
        var expected = _active.Select(t => Expect(t, flow)).ToList();
        var matches = Match(expected, detections);
        var owners = new Track?[detections.Count];
        for (var i = 0; i < _active.Count; i++)
        {
            if (matches[i] < 0)
                continue;
            _active[i].Add(_frame, detections[matches[i]]);
            owners[matches[i]] = _active[i];
        }

        // What another object covers now is not the lost object's any more: this is how it passes behind one. A part and its whole
        // cover each other all the time, so they leave each other alone.
        for (var i = 0; i < _active.Count; i++)
        {
            if (matches[i] < 0)
                _active[i].Carry(_frame, expected[i], Without(expected[i], detections.Where((_, d) => owners[d] is not { } o || !_active[i].Nested.Contains(o))));
        }

        for (var d = 0; d < detections.Count; d++)
        {
            if (owners[d] != null)
                continue;
            var track = owners[d] = new Track(_frame);
            track.Add(_frame, detections[d]);
            _active.Add(track);
            _all.Add(track);
        }

        Nest(owners!, detections);
        _active.RemoveAll(t => _frame - t.LastFound > maxGap);
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

    // The flow at a hidden object is that of what hides it; the object itself goes on as it did.
    private static Mask Expect(Track track, FlowField? flow)
    {
        if (flow == null)
            return track.Extent;
        return track.IsHidden ? MaskWarp.Shift(track.Extent, track.Velocity) : MaskWarp.Forward(track.Extent, flow);
    }

    private int[] Match(List<Mask> expected, IReadOnlyList<Detection> detections)
    {
        var matches = new int[expected.Count];
        Array.Fill(matches, -1);
        if (expected.Count == 0 || detections.Count == 0)
            return matches;

        var overlaps = new double[expected.Count, detections.Count];
        var costs = new double[expected.Count, detections.Count];
        for (var t = 0; t < expected.Count; t++)
        {
            for (var d = 0; d < detections.Count; d++)
            {
                overlaps[t, d] = MaskGeometry.IntersectionOverUnion(expected[t], detections[d].Mask);
                var bonus = overlaps[t, d] > 0 && _active[t].ClassName == detections[d].ClassName ? ClassBonus : 0;
                costs[t, d] = -overlaps[t, d] - bonus;
            }
        }

        var assigned = Assignment.Solve(costs);
        for (var t = 0; t < expected.Count; t++)
        {
            if (assigned[t] >= 0 && overlaps[t, assigned[t]] >= LeastOverlap)
                matches[t] = assigned[t];
        }

        return matches;
    }

    private static void Nest(Track[] owners, IReadOnlyList<Detection> detections)
    {
        var nested = Array.ConvertAll(owners, _ => new List<Track>());
        for (var a = 0; a < owners.Length; a++)
        {
            for (var b = a + 1; b < owners.Length; b++)
            {
                var smaller = Math.Min(detections[a].Mask.Count, detections[b].Mask.Count);
                if (MaskGeometry.Common(detections[a].Mask, detections[b].Mask) < PartShare * smaller)
                    continue;
                nested[a].Add(owners[b]);
                nested[b].Add(owners[a]);
            }
        }

        for (var i = 0; i < owners.Length; i++)
            owners[i].Nested = nested[i];
    }

    private static Mask Without(Mask mask, IEnumerable<Detection> detections)
    {
        var set = (byte[])mask.Set.Clone();
        foreach (var detection in detections)
        {
            for (var i = 0; i < set.Length; i++)
                set[i] &= (byte)(1 - detection.Mask.Set[i]);
        }

        return new Mask(mask.Width, mask.Height, set);
    }
}
