using VideoGrain.Media;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using ClipGeometry = VideoGrain.Protos.V1.ClipGeometry;

namespace VideoGrain.Segmentation.Regions;

/// <summary>Answers region queries from a clip's tracks.</summary>
/// <param name="tracks">The tracks, by first frame, then from left to right.</param>
/// <param name="classes">Classes that the model knows, the background left out.</param>
/// <param name="geometry">Size of the clip.</param>
internal sealed class RegionQueries(IReadOnlyList<Track> tracks, IReadOnlyList<string> classes, ClipGeometry geometry)
{
    private static readonly string[] PluralEndings = ["", "s", "es"];
    private static readonly char[] Separators = [' ', ',', '.', ';', ':', '"', '\'', '-', '_'];

    /// <summary>Finds a region.</summary>
    /// <param name="source">What to look for; one of the kinds that need a model.</param>
    /// <param name="field">Path of the field, for errors.</param>
    /// <exception cref="VideoGrainException">INVALID_ARGUMENT: nothing in the clip fits.</exception>
    public FoundRegion Find(RegionSource source, string field)
    {
        var found = source.SourceCase switch
        {
            RegionSource.SourceOneofCase.ObjectClass => OfClass(source.ObjectClass.Name, $"{field}.object_class.name"),
            RegionSource.SourceOneofCase.Instance => Instance(source.Instance, $"{field}.instance"),
            RegionSource.SourceOneofCase.Text => OfText(source.Text.Text, $"{field}.text.text"),
            RegionSource.SourceOneofCase.Point => [AtPoint(source.Point, $"{field}.point")],
            RegionSource.SourceOneofCase.Box => [InBox(source.Box, $"{field}.box")],
            _ => throw new ArgumentException($"{source.SourceCase} is not answered from tracks", nameof(source)),
        };
        return Region([.. found.Select(t => (Identity(t), t))], geometry);
    }

    /// <summary>Checks what needs no look at the clip, before any model runs.</summary>
    /// <param name="regions">The regions of the call.</param>
    /// <param name="classes">Classes that the model knows, the background left out.</param>
    /// <exception cref="VideoGrainException">INVALID_ARGUMENT with every query for a class that the model does not know.</exception>
    public static void CheckClasses(IReadOnlyList<SegmentRegion> regions, IReadOnlyList<string> classes)
    {
        var violations = new ViolationList();
        var known = string.Join(", ", classes);
        for (var i = 0; i < regions.Count; i++)
        {
            var (source, field) = (regions[i].Source, FormattableString.Invariant($"header.regions[{i}].source"));
            if (source.SourceCase == RegionSource.SourceOneofCase.ObjectClass && Known(source.ObjectClass.Name, classes) == null)
                violations.Add($"{field}.object_class.name", $"the model knows no class '{source.ObjectClass.Name}'; it knows {known}");
            if (source.SourceCase == RegionSource.SourceOneofCase.Instance && Known(source.Instance.ClassName, classes) == null)
                violations.Add($"{field}.instance.class_name", $"the model knows no class '{source.Instance.ClassName}'; it knows {known}");
            if (source.SourceCase == RegionSource.SourceOneofCase.Text && Named(source.Text.Text, classes).Count == 0)
                violations.Add($"{field}.text.text", $"the text names no class that the model knows; it knows {known}");
        }

        violations.ThrowIfAny();
    }

    private List<Track> OfClass(string name, string field)
    {
        var known = Known(name, classes);
        var found = tracks.Where(t => t.ClassName == known).ToList();
        return found.Count > 0 ? found : throw Nothing(field, $"no '{known}' is in the clip; found: {Summary()}");
    }

    private List<Track> Instance(InstanceQuery query, string field)
    {
        var found = OfClass(query.ClassName, $"{field}.class_name");
        return query.Index < found.Count
            ? [found[(int)query.Index]]
            : throw Nothing($"{field}.index", $"{query.Index} is beyond the {found.Count} of class '{query.ClassName}' in the clip, counted from 0");
    }

    private List<Track> OfText(string text, string field)
    {
        var named = Named(text, classes);
        var found = tracks.Where(t => named.Contains(t.ClassName)).ToList();
        return found.Count > 0 ? found : throw Nothing(field, $"no {string.Join(" or ", named)} is in the clip; found: {Summary()}");
    }

    private static string? Known(string name, IReadOnlyList<string> classes)
        => classes.FirstOrDefault(c => c.Equals(name, StringComparison.OrdinalIgnoreCase));

    // Classes whose words stand in the text one after the other, the last one in the singular or the plural.
    private static HashSet<string> Named(string text, IReadOnlyList<string> classes)
    {
        var words = Words(text);
        return classes.Where(c => Names(words, Words(c))).ToHashSet(StringComparer.Ordinal);
    }

    private static string[] Words(string text) => text.Split(Separators, StringSplitOptions.RemoveEmptyEntries);

    private static bool Names(string[] text, string[] name)
    {
        if (name.Length == 0)
            return false;
        for (var start = 0; start <= text.Length - name.Length; start++)
        {
            var isSame = true;
            for (var i = 0; i < name.Length; i++)
            {
                var endings = i < name.Length - 1 ? PluralEndings.AsSpan(0, 1) : PluralEndings;
                var isWord = false;
                foreach (var ending in endings)
                    isWord |= text[start + i].Equals(name[i] + ending, StringComparison.OrdinalIgnoreCase);
                isSame &= isWord;
            }

            if (isSame)
                return true;
        }

        return false;
    }

    // Several objects may cover a point, a part and its whole: the smallest is meant.
    private Track AtPoint(PointQuery query, string field)
    {
        var (frame, width) = ((int)query.Frame, (int)geometry.Width);
        var pixel = (Math.Min((int)geometry.Height - 1, (int)Math.Round(query.Y)) * width) + Math.Min(width - 1, (int)Math.Round(query.X));
        return tracks.Where(t => t[frame] is { } mask && mask.Set[pixel] != 0).MinBy(t => t.Packed(frame)!.Count)
            ?? throw Nothing(field, $"no object is at ({query.X}, {query.Y}) in frame {frame}; found in the clip: {Summary()}");
    }

    private Track InBox(BoxQuery query, string field)
    {
        var frame = (int)query.Frame;
        var (best, overlap) = tracks.Where(t => t.Packed(frame) != null).Select(t => (t, Overlap(t[frame]!, query))).DefaultIfEmpty().MaxBy(t => t.Item2);
        return overlap > 0
            ? best!
            : throw Nothing(field, $"no object is in the box in frame {frame}; found in the clip: {Summary()}");
    }

    private static double Overlap(Mask mask, BoxQuery box)
    {
        if (MaskGeometry.Bounds(mask) is not { } bounds)
            return 0;
        var width = Math.Min(bounds.Right, box.Right) - Math.Max(bounds.Left, box.Left);
        var height = Math.Min(bounds.Bottom, box.Bottom) - Math.Max(bounds.Top, box.Top);
        if (width <= 0 || height <= 0)
            return 0;
        var common = width * height;
        var union = ((bounds.Right - bounds.Left) * (double)(bounds.Bottom - bounds.Top)) + ((box.Right - box.Left) * (box.Bottom - box.Top)) - common;
        return common / union;
    }

    /// <summary>A region of objects: in each frame their union.</summary>
    /// <param name="objects">The objects with their identities.</param>
    /// <param name="geometry">Size of the clip.</param>
    public static FoundRegion Region(IReadOnlyList<(int Identity, Track Track)> objects, ClipGeometry geometry)
    {
        var (width, height) = ((int)geometry.Width, (int)geometry.Height);
        PackedMask Union(int frame)
        {
            if (objects.Count == 1)
                return objects[0].Track.Packed(frame) ?? PackedMask.Of(Blob.Empty, width, height);
            var set = new byte[geometry.Height * geometry.Width];
            foreach (var (_, track) in objects)
                track.Packed(frame)?.AddTo(set);
            return PackedMask.Of(new Mask(width, height, set));
        }

        return new FoundRegion(PackedMasks.Of(Enumerable.Range(0, (int)geometry.FrameCount).Select(Union)), objects.Average(o => o.Track.Score))
        {
            Objects =
            [
                .. objects.Select(o => new TrackedObject
                {
                    Identity = (uint)o.Identity,
                    ClassName = o.Track.ClassName,
                    Score = o.Track.Score,
                    FirstFrame = (uint)o.Track.FirstFrame,
                    LastFrame = (uint)o.Track.LastFound,
                    FoundFrames = (uint)o.Track.FoundCount,
                }),
            ],
        };
    }

    private int Identity(Track track)
    {
        for (var i = 0; i < tracks.Count; i++)
        {
            if (tracks[i] == track)
                return i;
        }

        throw new ArgumentException("the track is another clip's", nameof(track));
    }

    private string Summary() => tracks.Count == 0
        ? "nothing"
        : string.Join(", ", tracks.GroupBy(t => t.ClassName, StringComparer.Ordinal).Select(g => $"{g.Count()} {g.Key}"));

    private static VideoGrainException Nothing(string field, string description)
        => VideoGrainException.Invalid(field, description, ErrorReasons.RegionEmpty);
}
