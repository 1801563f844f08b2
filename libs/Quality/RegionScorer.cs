using VideoGrain.Media;
using VideoGrain.Quality.Toybox;

namespace VideoGrain.Quality;

/// <summary>
/// The region score: whether each object became what the edit asked for, judged at its true place in every frame, and
/// whether the background is the right one and, outside the objects, still the source's.
/// </summary>
/// <param name="judges">The classifiers; stay the caller's.</param>
public sealed class RegionScorer(ToyboxJudges judges)
{
    /// <summary>Scores an edit.</summary>
    /// <param name="clip">Ground truth of the clip.</param>
    /// <param name="edit">The edit and what it asks for, one target per object of the clip.</param>
    /// <param name="source">The source frames; as many as <paramref name="edited"/>, of the same size.</param>
    /// <param name="edited">The edited frames: the first frames of the clip, in any size (tracks are scaled along).</param>
    /// <param name="background">The clip's background masks, of the frames' size, at least one per frame; null to leave out the PSNR.</param>
    /// <returns>The scores.</returns>
    /// <exception cref="ArgumentException">Counts or sizes do not fit together; the message says which.</exception>
    public EditScore Score(
        ToyboxCase clip,
        ToyboxEdit edit,
        IReadOnlyList<Frame> source,
        IReadOnlyList<Frame> edited,
        MaskSequence? background = null)
    {
        ArgumentNullException.ThrowIfNull(clip);
        ArgumentNullException.ThrowIfNull(edit);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(edited);
        if (edited.Count == 0 || edited.Count > clip.Frames)
            throw new ArgumentException($"{edited.Count} edited frames; the clip has {clip.Frames}.", nameof(edited));
        if (edit.Targets.Count != clip.Objects.Count)
            throw new ArgumentException($"{edit.Targets.Count} targets for {clip.Objects.Count} objects.", nameof(edit));

        var found = new RegionAttributes[edited.Count][];
        var rightBackgrounds = 0;
        for (var f = 0; f < edited.Count; f++)
        {
            var frame = f;
            found[f] = [.. judges.Objects(edited[f], [.. clip.Objects.Select(o => Scaled(o.Track[frame], clip, edited[frame]))])];
            rightBackgrounds += judges.Background(edited[f]) == edit.Background ? 1 : 0;
        }

        ObjectScore[] objects =
        [
            .. clip.Objects.Select((o, i) => ScoreObject(o, edit.Targets[i], PhraseOf(o, edit), [.. found.Select(frame => frame[i])])),
        ];
        return new EditScore(
            edit.Level,
            edit.Prompt,
            edited.Count,
            objects,
            Mean(objects, o => o.Shape),
            Mean(objects, o => o.Colour),
            Mean(objects, o => o.Part),
            Mean(objects, o => o.All),
            edit.Background,
            (double)rightBackgrounds / edited.Count,
            background == null ? null : BackgroundPreservation.Psnr(source, edited, background));
    }

    private static ObjectScore ScoreObject(ToyboxObject o, RegionAttributes expected, string phrase, IReadOnlyList<RegionAttributes> found)
    {
        double Share(Func<RegionAttributes, bool> right) => (double)found.Count(right) / found.Count;
        string MostOften(Func<RegionAttributes, string> attribute)
            => found.GroupBy(attribute, StringComparer.Ordinal).MaxBy(g => g.Count())!.Key;
        return new ObjectScore(
            o.Mask,
            phrase,
            expected,
            new RegionAttributes(MostOften(a => a.Shape), MostOften(a => a.Colour), MostOften(a => a.Part)),
            Share(a => a.Shape == expected.Shape),
            Share(a => a.Colour == expected.Colour),
            Share(a => a.Part == expected.Part),
            Share(a => a == expected));
    }

    private static string PhraseOf(ToyboxObject o, ToyboxEdit edit)
        => edit.Regions.FirstOrDefault(r => r.Masks.Contains(o.Mask))?.Phrase ?? "";

    // Tracks are in pixels of the clip as it was drawn; an edit may come in another size.
    private static ObjectPlacement Scaled(ObjectPlacement place, ToyboxCase clip, Frame frame)
    {
        var (sx, sy) = ((double)frame.Width / clip.Width, (double)frame.Height / clip.Height);
        return place with { Cx = place.Cx * sx, Cy = place.Cy * sy, Size = place.Size * Math.Sqrt(sx * sy) };
    }

    private static double Mean(ObjectScore[] objects, Func<ObjectScore, double> score) => objects.Length == 0 ? 1 : objects.Average(score);
}
