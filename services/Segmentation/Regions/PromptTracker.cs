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

    private readonly Dictionary<PromptQuery, Track> _tracks = [];

    // Frames before a prompt that is still to come, for looking back from it.
    private readonly List<Frame> _past = [];
    private int _frame;

    /// <summary>Takes the next frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="flow">Flow from the frame before; null for the first.</param>
    /// <param name="cancellationToken">Ends the model's runs.</param>
    /// <exception cref="VideoGrainException">INVALID_ARGUMENT: a prompt shows nothing.</exception>
    public void Add(Frame frame, FlowField? flow, CancellationToken cancellationToken)
    {
        EncodedFrame? encoded = null;
        EncodedFrame Encoded() => encoded ??= model.Encode(frame, cancellationToken);
        foreach (var track in _tracks.Values.Where(t => _frame - t.LastFound <= RegionTracker.DefaultMaxGap))
        {
            var moved = MaskWarp.Shift(track.Extent, track.Velocity);
            var expected = track.LastFound == _frame - 1 ? MaskWarp.Forward(track.Extent, flow!) : moved;
            if (FindAgain(expected, Encoded, cancellationToken) is { } again)
                track.Add(_frame, again);
            else
                track.Carry(_frame, moved, moved);
        }

        List<PromptQuery> begin = [.. queries.Where(q => q.Frame == _frame)];
        foreach (var query in begin)
        {
            _tracks[query] = new Track(_frame);
            _tracks[query].Add(_frame, Find(query, Encoded(), cancellationToken));
        }

        LookBack([.. begin.Select(q => _tracks[q])], frame, cancellationToken);
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
        foreach (var track in _tracks.Values)
            track.Trim();
        return [.. queries.Select(q => (q, _tracks[q]))];
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

    private void LookBack(IReadOnlyList<Track> tracks, Frame now, CancellationToken cancellationToken)
    {
        var seen = tracks.ToDictionary(t => t, t => (t.Extent, Frame: _frame, Velocity: (X: 0.0, Y: 0.0)));
        for (var f = _frame - 1; f >= 0 && seen.Count > 0; f--)
        {
            var before = _past[f];
            var flow = ClipFlow.Estimate(now, before, cancellationToken);
            EncodedFrame? encoded = null;
            foreach (var (track, (extent, lastSeen, velocity)) in seen.ToList())
            {
                var moved = MaskWarp.Shift(extent, velocity);
                var expected = lastSeen == f + 1 ? MaskWarp.Forward(extent, flow) : moved;
                if (FindAgain(expected, () => encoded ??= model.Encode(before, cancellationToken), cancellationToken) is { } again)
                {
                    track.AddBefore(f, again);
                    var (later, sooner) = (MaskGeometry.Centre(extent), MaskGeometry.Centre(again.Mask));
                    seen[track] = (again.Mask, f, lastSeen == f + 1 ? (sooner.X - later.X, sooner.Y - later.Y) : velocity);
                }
                else if (lastSeen - f > RegionTracker.DefaultMaxGap)
                {
                    seen.Remove(track);
                }
                else
                {
                    track.CarryBefore(f, moved);
                    seen[track] = (moved, lastSeen, velocity);
                }
            }

            now = before;
        }
    }

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
}
