using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>The models that a segmentation uses; disposing of it gives them back.</summary>
internal sealed class SegmentPlan : IDisposable
{
    /// <summary>Finds objects; null when no region asks for that.</summary>
    public ModelLease<RegionDetector>? Detector { get; init; }

    /// <summary>Answers points and boxes; null when no region asks for that, or the detector's objects are chosen from.</summary>
    public ModelLease<PromptableModel>? Promptable { get; init; }

    /// <summary>Whether frames are needed.</summary>
    public bool NeedsFrames => Detector != null || Promptable != null;

    /// <summary>Whether a region is cut out by the promptable model.</summary>
    public bool IsPrompted(RegionSource source) => Promptable != null && IsPrompt(source);

    /// <summary>Whether a region is a point or a box.</summary>
    public static bool IsPrompt(RegionSource source)
        => source.SourceCase is RegionSource.SourceOneofCase.Point or RegionSource.SourceOneofCase.Box;

    /// <summary>How masks are tidied: as the call says, else as the model's profile says.</summary>
    public static MaskCleanUp CleanUp(SegmentVideoHeader header, ModelProfile profile) => new(
        header.HasCleanUpRadius ? (int)header.CleanUpRadius : profile.CleanUpRadius, header.HasMinArea ? header.MinArea : profile.MinArea);

    public void Dispose()
    {
        Detector?.Dispose();
        Promptable?.Dispose();
    }
}
