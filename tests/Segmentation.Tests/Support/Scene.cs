using VideoGrain.Media;
using VideoGrain.Media.Flow;
using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Tests.Support;

/// <summary>
/// Things that move in front of each other on a speckled ground, with everything about them known: frames, visible masks and flow, and
/// what models of two kinds would find.
/// </summary>
/// <param name="things">The things, from back to front.</param>
internal sealed class Scene(params Thing[] things)
{
    public const int Width = 128;
    public const int Height = 96;

    // What shows less than this is too small to be found.
    public const int LeastPixels = 40;

    private static readonly Colour Ground = new(120, 130, 110);

    private readonly Dictionary<int, int[]> _owners = [];

    public IReadOnlyList<Thing> Things => things;

    public Frame Draw(int frame)
    {
        var picture = new Frame(Width, Height, Ground);
        var owners = Owners(frame);
        for (var i = 0; i < owners.Length; i++)
        {
            // The same speckles in every frame, so that colours vary a little.
            var speckle = (i * 7919 % 23) - 11;
            var colour = owners[i] < 0 ? Ground : things[owners[i]].Colour;
            picture[i % Width, i / Width] = new Colour(Add(colour.Red, speckle), Add(colour.Green, speckle), Add(colour.Blue, speckle));
        }

        return picture;
    }

    /// <summary>What shows of a thing.</summary>
    public Mask Truth(int frame, int thing) => new(Width, Height, Array.ConvertAll(Owners(frame), o => o == thing ? (byte)1 : (byte)0));

    /// <summary>Flow from the frame before.</summary>
    public FlowField Flow(int frame)
    {
        var owners = Owners(frame - 1);
        var displacement = new float[2 * owners.Length];
        for (var i = 0; i < owners.Length; i++)
        {
            if (owners[i] < 0)
                continue;
            var (from, to) = (things[owners[i]].Path(frame - 1), things[owners[i]].Path(frame));
            (displacement[2 * i], displacement[(2 * i) + 1]) = ((float)(to.X - from.X), (float)(to.Y - from.Y));
        }

        return new FlowField(Width, Height, displacement, [.. Enumerable.Repeat(true, owners.Length)]);
    }

    /// <summary>What a model finds that tells objects apart: a mask for each, of what shows of it.</summary>
    public IReadOnlyList<Detection> Instances(int frame) =>
    [
        .. Enumerable.Range(0, things.Length).Select(t => new Detection(things[t].Class, 0.9, Truth(frame, t))).Where(d => d.Mask.Count >= LeastPixels),
    ];

    /// <summary>What a model finds that only tells things from the ground: a mask for each piece, under the class that shows most in it.</summary>
    public IReadOnlyList<Detection> Pieces(int frame)
    {
        var owners = Owners(frame);
        return
        [
            .. Connected(Array.ConvertAll(owners, o => o < 0 ? 0 : 1)).Where(piece => piece.Count >= LeastPixels).Select(piece =>
            {
                var set = new byte[owners.Length];
                foreach (var pixel in piece)
                    set[pixel] = 1;
                return new Detection(things[piece.GroupBy(p => owners[p]).MaxBy(g => g.Count())!.Key].Class, 0.9, new Mask(Width, Height, set));
            }),
        ];
    }

    /// <summary>Tracks what a model finds in the frames.</summary>
    public IReadOnlyList<Track> Track(int frames, Func<int, IReadOnlyList<Detection>> detect)
    {
        var tracker = new RegionTracker();
        for (var f = 0; f < frames; f++)
            tracker.Add(Draw(f), detect(f), f == 0 ? null : new(Flow(f)));
        return tracker.Complete();
    }

    /// <summary>
    /// For a thing the track that shows it best in each frame in which enough of it shows; null where none does. One thing, one track:
    /// anything else is a switch.
    /// </summary>
    public IReadOnlyList<Track?> Identities(int frames, int thing, IReadOnlyList<Track> tracks)
        => [.. Enumerable.Range(0, frames).Where(f => Truth(f, thing).Count >= LeastPixels).Select(f => Best(tracks, f, Truth(f, thing)))];

    /// <summary>Mean intersection over union of things and the tracks that are theirs, over the frames in which enough of them shows.</summary>
    public double MeanOverlap(int frames, IReadOnlyList<Track> tracks) => Enumerable.Range(0, things.Length).SelectMany(t =>
    {
        var own = Identities(frames, t, tracks).OfType<Track>().GroupBy(track => track).MaxBy(g => g.Count())!.Key;
        return Enumerable.Range(0, frames).Where(f => Truth(f, t).Count >= LeastPixels)
            .Select(f => own[f] is { } mask ? MaskGeometry.IntersectionOverUnion(mask, Truth(f, t)) : 0);
    }).Average();

    private static Track? Best(IReadOnlyList<Track> tracks, int frame, Mask truth)
    {
        double Overlap(Track track) => track[frame] is { } mask ? MaskGeometry.IntersectionOverUnion(mask, truth) : 0;
        return tracks.MaxBy(Overlap) is { } best && Overlap(best) > 0 ? best : null;
    }

    private static IEnumerable<List<int>> Connected(int[] labels)
        => ConnectedRuns.Join(ConnectedRuns.Runs(labels, Width, Height), Width, corners: true)
            .Select(piece => piece.SelectMany(run => Enumerable.Range(run.Start, run.Length)).ToList());

    private static byte Add(byte value, int speckle) => (byte)Math.Clamp(value + speckle, 0, byte.MaxValue);

    // For each pixel the thing in front, -1 for the ground.
    private int[] Owners(int frame)
    {
        if (_owners.TryGetValue(frame, out var known))
            return known;
        var owners = new int[Width * Height];
        for (var i = 0; i < owners.Length; i++)
            owners[i] = Array.FindLastIndex(things, t => t.Covers(frame, i % Width, i / Width));
        return _owners[frame] = owners;
    }
}
