using System.Globalization;
using VideoGrain.Media;
using VideoGrain.Media.Flow;
using VideoGrain.Segmentation.Models;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Segmentation.Regions;

/// <summary>
/// Follows what points and boxes show through the clip, in both directions. In the frame of the prompt the promptable model cuts the
/// object out; in the frames after and before it is asked again with the box around the mask moved along by the flow, and of its
/// answers the one that overlaps that mask most is taken. Where none does the object goes on as it moved before for a while: the flow
/// at an object that cannot be seen is that of what hides it.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="queries">Points and boxes.</param>
/// <param name="cleanUp">How masks are tidied.</param>
internal sealed class PromptTracker(PromptableModel model, IReadOnlyList<PromptQuery> queries, MaskCleanUp cleanUp)
{
    // Overlap (intersection over union) with the mask expected for an answer to be the same object.
    private const double LeastOverlap = 0.5;

    private readonly Dictionary<PromptQuery, Target> _targets = [];

    // Frames before a prompt that is still to come, for looking back from it.
    private readonly List<Frame> _past = [];
    private int _frame;

    /// <summary>Takes the next frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="flow">Flow from the frame before, asked for only when something is followed; null for the first.</param>
    /// <param name="cancellationToken">Ends the model's runs.</param>
    /// <exception cref="VideoGrainException">INVALID_ARGUMENT: a prompt shows nothing.</exception>
    public void Add(Frame frame, Lazy<FlowField>? flow, CancellationToken cancellationToken)
    {
        EncodedFrame? encoded = null;
        EncodedFrame Encoded() => encoded ??= model.Encode(frame, cancellationToken);
        foreach (var target in _targets.Values)
            Follow(target, _frame, flow!, Encoded, cancellationToken);

        List<PromptQuery> begin = [.. queries.Where(q => q.Frame == _frame)];
        var back = new List<Target>();
        foreach (var query in begin)
        {
            var found = Find(query, Encoded(), cancellationToken);
            _targets[query] = new Target(new Track(_frame), Blob.Of(found.Mask));
            Keep(_targets[query].Track, _frame, found);
            back.Add(new Target(_targets[query].Track, _targets[query].Extent));
        }

        LookBack(back, frame, cancellationToken);
        if (queries.Any(q => q.Frame > _frame))
            _past.Add(frame);
        else
            _past.Clear();
        _frame++;
    }

    /// <summary>Ends the clip.</summary>
    /// <returns>For each query its object, in the order of the queries.</returns>
    public IReadOnlyList<(PromptQuery Query, Track Track)> Complete()
    {
        foreach (var target in _targets.Values)
            target.Track.Trim();
        return [.. queries.Select(q => (q, _targets[q].Track))];
    }

    private Detection Find(PromptQuery query, EncodedFrame encoded, CancellationToken cancellationToken)
        => query.Ask(model, encoded, cancellationToken)
            .Where(answer => answer.Score >= model.Profile.ScoreThreshold)
            .Select(Tidy)
            .FirstOrDefault(found => cleanUp.IsLargeEnough(found.Mask))
            ?? throw VideoGrainException.Invalid(
                query.Field,
                string.Create(CultureInfo.InvariantCulture, $"model '{model.Profile.Name}' sees nothing there in frame {query.Frame} with a score of {model.Profile.ScoreThreshold} or more"),
                ErrorReasons.RegionEmpty);

    private void LookBack(IReadOnlyList<Target> targets, Frame now, CancellationToken cancellationToken)
    {
        for (var f = _frame - 1; f >= 0 && targets.Any(t => !t.IsGone); f--)
        {
            var before = _past[f];
            var (to, from) = (before, now);
            var flow = new Lazy<FlowField>(() => ClipFlow.Estimate(from, to, cancellationToken), LazyThreadSafetyMode.None);
            EncodedFrame? encoded = null;
            foreach (var target in targets)
                Follow(target, f, flow, () => encoded ??= model.Encode(before, cancellationToken), cancellationToken);
            now = before;
        }
    }

    private void Follow(Target target, int frame, Lazy<FlowField> laterFlow, Func<EncodedFrame> encoded, CancellationToken cancellationToken)
    {
        if (target.IsGone)
            return;
        var flow = laterFlow.Value;
        var expected = target.Expect(flow);
        if (FindAgain(expected.ToMask(flow.Width, flow.Height), encoded, cancellationToken) is { } again)
        {
            target.Find(Blob.Of(again.Mask));
            Keep(target.Track, frame, again);
        }
        else
        {
            target.Lose();
            target.Track.Carry(frame, PackedMask.Of(target.Extent, flow.Width, flow.Height));
        }
    }

    private static void Keep(Track track, int frame, Detection found) => track.Keep(frame, found.ClassName, found.Score, PackedMask.Of(found.Mask));

    private Detection? FindAgain(Mask expected, Func<EncodedFrame> encoded, CancellationToken cancellationToken)
    {
        if (MaskGeometry.Bounds(expected) is not { } box)
            return null;
        var (best, overlap) = model.InBox(encoded(), new FrameBox(box.Left, box.Top, box.Right, box.Bottom), cancellationToken)
            .Where(answer => answer.Score >= model.Profile.ScoreThreshold)
            .Select(Tidy)
            .Where(found => cleanUp.IsLargeEnough(found.Mask))
            .Select(found => (found, MaskGeometry.IntersectionOverUnion(found.Mask, expected)))
            .DefaultIfEmpty()
            .MaxBy(found => found.Item2);
        return overlap >= LeastOverlap ? best : null;
    }

    private Detection Tidy(PromptedMask answer) => new("", answer.Score, cleanUp.Tidy(answer.Mask));

    /// <summary>An object on its way through the clip in one direction.</summary>
    private sealed class Target(Track track, Blob extent)
    {
        private readonly Drift _drift = new();
        private int _lost;
        private Blob _moved = extent;

        public Track Track { get; } = track;

        public Blob Extent { get; private set; } = extent;

        public bool IsGone => _lost >= RegionTracker.DefaultMaxGap;

        public Blob Expect(FlowField flow)
        {
            _moved = Extent.Shift(_drift.Step());
            return _lost == 0 ? Extent.Forward(flow) : _moved;
        }

        public void Find(Blob found)
        {
            var (before, now) = (Extent.Centre, found.Centre);
            if (_lost == 0)
                _drift.Measure((now.X - before.X, now.Y - before.Y), weight: 1);
            (Extent, _lost) = (found, 0);
        }

        public void Lose() => (Extent, _lost) = (_moved, _lost + 1);
    }
}
