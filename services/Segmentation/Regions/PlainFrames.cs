namespace VideoGrain.Segmentation.Regions;

/// <summary>
/// Tells frames in which flow has nothing to say: everything that was there is found again over its old place, all in view and apart
/// from the rest. Most frames of most clips are such, and estimating flow is the dearest step of tracking.
/// </summary>
internal static class PlainFrames
{
    // Share by which an object overlaps its old place (intersection over union): it has moved by a small part of its size.
    private const double LeastOverlap = 0.5;

    /// <summary>Whether every object goes with the one sighting that lies over it, whatever the motion.</summary>
    /// <param name="tracks">All tracks, before they expect anything.</param>
    /// <param name="sightings">All sightings.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="unit">Pixels by which flow may be off.</param>
    public static bool IsPlain(IReadOnlyList<ActiveTrack> tracks, IReadOnlyList<Sighting> sightings, int frame, int unit)
    {
        if (tracks.Count != sightings.Count || tracks.Any(t => t.IsHidden || t.Misses > 0 || t.Track.LastFound != frame - 1))
            return false;
        var pairs = new List<(ActiveTrack Track, (int Left, int Top, int Right, int Bottom) Room)>(tracks.Count);
        var free = sightings.ToHashSet();
        foreach (var track in tracks)
        {
            if (free.FirstOrDefault(s => IsSame(track, s)) is not { } sighting)
                return false;
            free.Remove(sighting);
            pairs.Add((track, Around(track.Whole.Bounds, sighting.Shape.Bounds, TouchingObjects.Distance * unit)));
        }

        // Only a part may lie where its object is.
        for (var i = 0; i < pairs.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (Meet(pairs[i].Room, pairs[j].Room) && !pairs[i].Track.Nested.Contains(pairs[j].Track))
                    return false;
            }
        }

        return true;
    }

    private static bool IsSame(ActiveTrack track, Sighting sighting)
        => track.IsPart == sighting.IsPart
            && track.Track.ClassName == sighting.ClassName
            && track.Whole.Overlap(sighting.Shape) >= LeastOverlap
            && track.Colours.Similarity(sighting.Histogram) >= TrackMatching.LeastSimilarity;

    private static (int Left, int Top, int Right, int Bottom) Around(
        (int Left, int Top, int Right, int Bottom) a, (int Left, int Top, int Right, int Bottom) b, int margin)
        => (Math.Min(a.Left, b.Left) - margin, Math.Min(a.Top, b.Top) - margin, Math.Max(a.Right, b.Right) + margin, Math.Max(a.Bottom, b.Bottom) + margin);

    private static bool Meet((int Left, int Top, int Right, int Bottom) a, (int Left, int Top, int Right, int Bottom) b)
        => a.Left < b.Right && b.Left < a.Right && a.Top < b.Bottom && b.Top < a.Bottom;
}
