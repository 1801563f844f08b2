namespace VideoGrain.Segmentation.Regions;

/// <summary>Tells which sighting is which object: of all pairings the one that fits best in total.</summary>
internal static class TrackMatching
{
    /// <summary>Least overlap (intersection over union) with what is expected that speaks for one object.</summary>
    public const double LeastOverlap = 0.15;

    // What the same class and the same colours add to an overlap: between objects that overlap alike they decide, a strong overlap
    // still outweighs a flicker of the class.
    private const double ClassBonus = 0.25;
    private const double ColourBonus = 0.25;

    // More than any other affinity can be.
    private const double KnownPart = 2;

    // An object that comes back is looked for within this share of its size, and a little farther with every frame.
    private const double Reach = 0.75;
    private const double ReachPerFrame = 0.1;

    /// <summary>Least likeness of colours that speaks for one object.</summary>
    public const double LeastSimilarity = 0.5;

    // It must look like itself, more so under another class, and cannot have become much larger.
    private const double LeastSimilarityOfOthers = 0.75;
    private const double MostGrowth = 2;

    /// <summary>Matches sightings with the tracks that are expected where they lie.</summary>
    /// <param name="tracks">All tracks.</param>
    /// <param name="sightings">All sightings.</param>
    /// <param name="frame">The frame.</param>
    public static void Follow(IReadOnlyList<ActiveTrack> tracks, IReadOnlyList<Sighting> sightings, int frame)
        => Match(tracks, sightings, (track, sighting) => Affinity(track, sighting, frame));

    /// <summary>
    /// Matches parts with the tracks of parts. A part goes with its object: on an object that is known it can only be one of that object's
    /// parts, and the one of its class it is wherever it is seen.
    /// </summary>
    /// <param name="tracks">The tracks of parts.</param>
    /// <param name="parts">The parts, with the objects that they lie in.</param>
    /// <param name="frame">The frame.</param>
    public static void FollowParts(IReadOnlyList<ActiveTrack> tracks, IReadOnlyList<Sighting> parts, int frame) => Match(tracks, parts, (track, part) =>
    {
        var whole = part.Whole?.Owner;
        if (whole != null && track.Nested.Count > 0 && !track.Nested.Contains(whole))
            return 0;
        var isKnown = whole != null && track.Nested.Contains(whole) && IsSameClass(track, part);
        return isKnown ? KnownPart + track.ExpectedSeen.Overlap(part.Shape) : Affinity(track, part, frame);
    });

    /// <summary>Whether a sighting may be an object that was out of sight: what it looked like is all that is left to go by.</summary>
    public static bool LooksLike(ActiveTrack track, Sighting sighting)
        => track.Colours.Similarity(sighting.Histogram) >= (IsSameClass(track, sighting) ? LeastSimilarity : LeastSimilarityOfOthers);

    /// <summary>Matches sightings that nobody claims with tracks that were hidden or lost: such as look alike and are not too far.</summary>
    /// <param name="tracks">All tracks.</param>
    /// <param name="sightings">All sightings.</param>
    /// <param name="frame">The frame.</param>
    public static void Recognise(IReadOnlyList<ActiveTrack> tracks, IReadOnlyList<Sighting> sightings, int frame)
    {
        List<ActiveTrack> lost = [.. tracks.Where(t => t.Sighting == null && (t.IsHidden || t.Misses > 0))];
        List<Sighting> free = [.. sightings.Where(s => s.Owner == null)];
        Match(lost, free, (track, sighting) =>
        {
            var (expected, found) = (track.ExpectedWhole.Centre, sighting.Shape.Centre);
            var distance = double.Hypot(found.X - expected.X, found.Y - expected.Y);
            var reach = Math.Sqrt(track.Whole.Count) * (Reach + (ReachPerFrame * (frame - track.Track.LastFound)));
            if (distance > reach || sighting.Shape.Count > MostGrowth * track.Whole.Count || !LooksLike(track, sighting))
                return 0;
            return track.Colours.Similarity(sighting.Histogram) + (IsSameClass(track, sighting) ? ClassBonus : 0) + (1 - (distance / reach));
        });
    }

    private static double Affinity(ActiveTrack track, Sighting sighting, int frame)
    {
        var overlap = Math.Max(track.ExpectedWhole.Overlap(sighting.Shape), track.ExpectedSeen.Overlap(sighting.Shape));
        if (overlap < LeastOverlap || (track.Track.LastFound < frame - 1 && !LooksLike(track, sighting)))
            return 0;
        return overlap + (IsSameClass(track, sighting) ? ClassBonus : 0) + (ColourBonus * track.Colours.Similarity(sighting.Histogram));
    }

    private static bool IsSameClass(ActiveTrack track, Sighting sighting) => track.Track.ClassName == sighting.ClassName;

    // An affinity of 0 is no match.
    private static void Match(IReadOnlyList<ActiveTrack> tracks, IReadOnlyList<Sighting> sightings, Func<ActiveTrack, Sighting, double> affinity)
    {
        if (tracks.Count == 0 || sightings.Count == 0)
            return;
        var costs = new double[tracks.Count, sightings.Count];
        for (var t = 0; t < tracks.Count; t++)
        {
            for (var s = 0; s < sightings.Count; s++)
                costs[t, s] = -affinity(tracks[t], sightings[s]);
        }

        var assigned = Assignment.Solve(costs);
        for (var t = 0; t < tracks.Count; t++)
        {
            if (assigned[t] >= 0 && costs[t, assigned[t]] < 0)
                tracks[t].Take(sightings[assigned[t]]);
        }
    }
}
