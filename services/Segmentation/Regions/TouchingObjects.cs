namespace VideoGrain.Segmentation.Regions;

/// <summary>
/// Divides what a model found among objects that touch. Where objects of a class meet, a class map shows one piece; where one passes
/// in front of another, a model easily takes both for one. So each pixel goes to the object for which it speaks most: by where that
/// object is expected, by its colours, and by what the model took the pixel for.
/// </summary>
internal static class TouchingObjects
{
    /// <summary>Units of distance (see <see cref="RegionTracker"/>) within which objects touch.</summary>
    public const int Distance = 2;

    private const int FarDistance = 6;

    // How likely an object shows up: where it was seen, where it may have been hidden, near it, farther off, anywhere; and how much
    // likelier where the model says so. The colours of an object and of another usually differ by more than all of these.
    private static readonly float InWhole = MathF.Log(0.5f);
    private static readonly float Near = MathF.Log(0.3f);
    private static readonly float Far = MathF.Log(0.05f);
    private static readonly float Anywhere = MathF.Log(0.01f);
    private const float Label = 2;

    // A detection that holds this share of two objects shows both.
    private const double ShareOfBoth = 0.3;

    // A detection of which this share lies where the objects are expected, and which looks like one of them, belongs to them.
    private const double ShareWithin = 0.8;

    // Masks that overlap by this share of the smaller come from a model that tells objects apart by itself.
    private const double MeantOverlap = 0.1;

    // Less than this is no part: pixels of one unit, and a share of the object.
    private const int LeastPixels = 16;
    private const double LeastShare = 0.04;

    // An object must have been found this often before it may claim what a model found for another.
    private const int LeastFinds = 2;

    /// <summary>Divides the sightings of a frame; some become smaller, some are added, some vanish.</summary>
    /// <param name="tracks">All tracks, those that were found with their sightings.</param>
    /// <param name="sightings">All sightings.</param>
    /// <param name="colours">The frame's colours.</param>
    /// <param name="unit">Pixels by which flow may be off.</param>
    public static void Divide(IReadOnlyList<ActiveTrack> tracks, List<Sighting> sightings, ColourBins colours, int unit)
    {
        List<Claim> claims =
        [
            .. tracks
                .Where(t => (t.OwnFinds >= LeastFinds || t.Track.FirstFrame == 0) && !t.ExpectedWhole.Within(colours.Width, colours.Height).IsEmpty)
                .Select(t => new Claim(t, t.ExpectedWhole.Dilate(Distance * unit), t.ExpectedWhole.Dilate(FarDistance * unit))),
        ];
        foreach (var group in Groups(claims, sightings))
            Divide(group, sightings, colours, unit);
    }

    private static void Divide(IReadOnlyList<Claim> group, List<Sighting> sightings, ColourBins colours, int unit)
    {
        var place = Blob.Join([.. group.Select(c => c.Track.ExpectedWhole)]);
        List<Sighting> shared =
        [
            .. sightings.Where(s => s.Owner != null
                ? group.Any(c => c.Track == s.Owner)
                : place.ShareOf(s.Shape) >= ShareWithin && group.Any(c => c.Track.Colours.Similarity(s.Histogram) >= TrackMatching.LeastSimilarity)),
        ];
        if (!shared.Exists(s => s.Owner != null) || AreToldApart(group))
            return;

        var all = Blob.Join([.. shared.Select(s => s.Shape)]).Within(colours.Width, colours.Height);
        var found = Parts(group, all, shared.Max(s => s.Score), colours, unit);
        if (found.Count == 0)
            return;
        sightings.RemoveAll(s => shared.Contains(s) && (s.Owner == null || !found.ContainsKey(s.Owner)));
        foreach (var track in group.Select(c => c.Track))
        {
            if (!found.TryGetValue(track, out var part))
            {
                track.Take(null);
            }
            else if (track.Sighting != null)
            {
                track.Sighting.Become(part.Shape);
            }
            else
            {
                sightings.Add(part);
                track.Take(part);
            }
        }
    }

    // What shows of each object. Specks are nobody's. Where what would be cut out for an object does not look like it, that object is
    // hidden, and its neighbours have what lies there.
    private static Dictionary<ActiveTrack, Sighting> Parts(IReadOnlyList<Claim> group, Blob all, double score, ColourBins colours, int unit)
    {
        List<Claim> claims = [.. group];
        while (true)
        {
            var logLikelihoods = claims.Select(c => c.Track.Colours.LogLikelihood()).ToArray();
            var shapes = all.Split(claims.Count, (x, y) =>
            {
                var (best, bestScore) = (0, float.NegativeInfinity);
                for (var i = 0; i < claims.Count; i++)
                {
                    var claim = logLikelihoods[i][colours[x, y]] + claims[i].Prior(x, y);
                    if (claim > bestScore)
                        (best, bestScore) = (i, claim);
                }

                return best;
            });
            var parts = new Dictionary<ActiveTrack, Sighting>();
            Claim? unlike = null;
            for (var i = 0; i < claims.Count; i++)
            {
                var track = claims[i].Track;
                var part = new Sighting(track.Track.ClassName, score, shapes[i].Open(unit).Close(unit).Where(all.Contains), colours) { IsOwn = false };
                if (part.Shape.Count < Math.Max(LeastPixels * unit * unit, LeastShare * track.ExpectedWhole.Count))
                    continue;
                parts.Add(track, part);
                if (track.Sighting == null && !TrackMatching.LooksLike(track, part))
                    unlike ??= claims[i];
            }

            if (unlike == null)
                return parts;
            claims.Remove(unlike);
        }
    }

    private static bool AreToldApart(IReadOnlyList<Claim> group)
    {
        if (group.Any(c => c.Track.Sighting == null))
            return false;
        List<Blob> shapes = [.. group.Select(c => c.Track.Sighting!.Shape)];
        return shapes.Where((a, i) => shapes.Take(i).Any(b => a.Common(b) >= MeantOverlap * Math.Min(a.Count, b.Count))).Any();
    }

    // Objects that touch, directly or through others; a part and its whole do not count as touching.
    private static List<List<Claim>> Groups(List<Claim> claims, List<Sighting> sightings)
    {
        bool Touch(Claim a, Claim b) => !a.Track.Nested.Contains(b.Track)
            && (a.Near.Common(b.Track.ExpectedWhole) > 0
                || sightings.Exists(s => s.Shape.ShareOf(a.Track.ExpectedWhole) >= ShareOfBoth && s.Shape.ShareOf(b.Track.ExpectedWhole) >= ShareOfBoth));

        var groups = new List<List<Claim>>();
        var left = new List<Claim>(claims);
        while (left.Count > 0)
        {
            List<Claim> group = [left[0]];
            left.RemoveAt(0);
            for (var i = 0; i < group.Count; i++)
            {
                var touching = left.FindAll(c => Touch(group[i], c));
                group.AddRange(touching);
                left.RemoveAll(touching.Contains);
            }

            if (group.Count > 1)
                groups.Add(group);
        }

        return groups;
    }

    private sealed record Claim(ActiveTrack Track, Blob Near, Blob Far)
    {
        /// <summary>The logarithm of how likely the object shows up at a place, before its colours are looked at.</summary>
        public float Prior(int x, int y)
        {
            var place = Track.ExpectedSeen.Contains(x, y) ? 0
                : Track.ExpectedWhole.Contains(x, y) ? InWhole
                : Near.Contains(x, y) ? TouchingObjects.Near
                : Far.Contains(x, y) ? TouchingObjects.Far : Anywhere;
            return place + (Track.Sighting?.Shape.Contains(x, y) == true ? Label : 0);
        }
    }
}
