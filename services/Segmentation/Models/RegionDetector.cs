using VideoGrain.Media;
using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Models;

/// <summary>A segmentation model with its decoder.</summary>
internal sealed class RegionDetector(OnnxModel model, IRegionDecoder decoder)
{
    private readonly string[] _outputs = [.. decoder.Roles.Select(role => model.Profile.Outputs[role])];

    public ModelProfile Profile => model.Profile;

    /// <summary>Finds objects in a frame: cleaned up, above the profile's score and area, best first.</summary>
    public IReadOnlyList<Detection> Detect(Frame frame, CancellationToken cancellationToken)
    {
        var input = ModelInput.Of(frame, Profile.Input);
        var found = model.Run(input.Values, _outputs, o => decoder.Decode(o, input, Profile, frame.Width, frame.Height), cancellationToken);
        var leastPixels = Math.Max(1, Profile.MinArea * frame.Width * frame.Height);
        return
        [
            .. found
                .Where(d => d.Score >= Profile.ScoreThreshold)
                .Select(d => d with { Mask = CleanUp(d.Mask) })
                .Where(d => d.Mask.Count >= leastPixels)
                .OrderByDescending(d => d.Score),
        ];
    }

    private Mask CleanUp(Mask mask)
        => Profile.CleanUpRadius == 0 ? mask : Morphology.FillHoles(Morphology.Close(mask, Profile.CleanUpRadius));
}
