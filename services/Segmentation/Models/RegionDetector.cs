using System.Collections.Concurrent;
using VideoGrain.Media;
using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Models;

/// <summary>A segmentation model with its decoder.</summary>
internal sealed class RegionDetector(OnnxModel model, IRegionDecoder decoder)
{
    // More objects than this are noise, and tracking compares every one with every other.
    private const int MostObjects = 100;

    // Share of a part that lies within an object for it to be that object's.
    private const double ShareWithin = 0.5;

    // Inputs are megabytes, the same for every frame: those that no run is using wait here for the next.
    private readonly ConcurrentBag<float[]> _inputs = [];

    public ModelProfile Profile => model.Profile;

    /// <summary>
    /// Finds objects in a frame: cleaned up, above the profile's score and the least area, best first, at most a hundred. A part is
    /// measured against its object, and only one without an object against the frame.
    /// </summary>
    /// <param name="frame">The frame.</param>
    /// <param name="cleanUp">How masks are tidied.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public IReadOnlyList<Detection> Detect(Frame frame, MaskCleanUp cleanUp, CancellationToken cancellationToken)
    {
        List<Detection> found =
        [
            .. Find(frame, cancellationToken)
                .Where(d => d.Score >= Profile.ScoreThreshold)
                .OrderByDescending(d => d.Score)
                .Take(MostObjects)
                .Select(d => d with { Mask = cleanUp.Tidy(d.Mask), IsPart = Profile.Parts.Contains(d.ClassName) }),
        ];
        List<Detection> wholes = [.. found.Where(d => !d.IsPart && cleanUp.IsLargeEnough(d.Mask))];
        return [.. found.Where(d => d.IsPart ? IsPartOf(d.Mask, wholes) || cleanUp.IsLargeEnough(d.Mask) : wholes.Contains(d))];
    }

    /// <summary>Runs the model once on an empty picture.</summary>
    public void WarmUp(CancellationToken cancellationToken) => Find(Decoders.WarmUpFrame, cancellationToken);

    private bool IsPartOf(Mask part, List<Detection> wholes)
        => !part.IsEmpty && wholes.Exists(w => MaskGeometry.Common(part, w.Mask) >= ShareWithin * part.Count && part.Count >= Profile.MinPartArea * w.Mask.Count);

    private IReadOnlyList<Detection> Find(Frame frame, CancellationToken cancellationToken)
    {
        if (model.Only.Input.Fit == InputFits.Windows && decoder is IDenseDecoder dense)
            return Find(frame, dense, cancellationToken);
        _inputs.TryTake(out var values);
        var input = ModelInput.Of(frame, model.Only.Input, values);
        var found = model.Only.Run(input, decoder.Roles, o => decoder.Decode(o, input, Profile, frame.Width, frame.Height), cancellationToken);
        _inputs.Add(input.Values);
        return found;
    }

    private IReadOnlyList<Detection> Find(Frame frame, IDenseDecoder dense, CancellationToken cancellationToken)
    {
        var windows = FrameWindows.Of(frame, model.Only.Input);
        var scores = new WindowScores(windows);
        foreach (var place in windows.Places)
        {
            var input = windows.Cut(place);
            scores.Add(place, model.Only.Run(input, dense.Roles, o => dense.Read(o, input, Profile), cancellationToken));
        }

        return dense.Decode(scores.Complete(), Profile, frame.Width, frame.Height);
    }
}
