namespace VideoGrain.Segmentation.Regions;

/// <summary>Tells whose the parts are that a model found.</summary>
internal static class ObjectParts
{
    // Share of a part that lies within an object for it to be that object's, and for a piece of it to be.
    private const double LeastShare = 0.5;
    private const double LeastShareOfEach = 0.2;

    // By how much objects that are told apart may still overlap, as a share of the part.
    private const double MostOverlap = 0.1;

    /// <summary>
    /// Finds the object of each part. What a model found as one part of objects that touch, such as the eyes of two people, is divided
    /// among these now that they are told apart.
    /// </summary>
    /// <param name="parts">The parts.</param>
    /// <param name="objects">The objects.</param>
    /// <param name="colours">The frame's colours.</param>
    public static List<Sighting> Divide(IReadOnlyList<Sighting> parts, IReadOnlyList<Sighting> objects, ColourBins colours)
    {
        var divided = new List<Sighting>();
        foreach (var part in parts)
        {
            List<(Sighting Object, double Share)> holders = [.. objects.Select(o => (o, o.Shape.ShareOf(part.Shape))).Where(h => h.Item2 >= LeastShareOfEach)];
            if (holders.Count < 2 || holders.Sum(h => h.Share) > 1 + MostOverlap)
            {
                // Of objects within objects the smallest.
                part.Whole = holders.Where(h => h.Share >= LeastShare).MinBy(h => h.Object.Shape.Count).Object;
                divided.Add(part);
                continue;
            }

            divided.AddRange(holders.Select(h => new Sighting(part.ClassName, part.Score, part.Shape.Where(h.Object.Shape.Contains), colours)
            {
                IsPart = true,
                Whole = h.Object,
            }));
        }

        return divided;
    }
}
