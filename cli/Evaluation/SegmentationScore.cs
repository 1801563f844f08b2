namespace VideoGrain.Cli.Evaluation;

/// <summary>How well the segmentation service does on a clip whose masks and flow are known.</summary>
/// <param name="Clip">Name of the clip, or <c>all</c>.</param>
/// <param name="MeanOverlap">Mean intersection over union of true and found masks, over objects and frames in which there is either.</param>
/// <param name="LeastOverlap">The least of them.</param>
/// <param name="Switches">How often an object goes on under another identity.</param>
/// <param name="FlowError">Mean end-point error of the flow in pixels, where the point is visible; null without true flow.</param>
internal sealed record SegmentationScore(string Clip, double MeanOverlap, double LeastOverlap, int Switches, double? FlowError)
{
    /// <summary>All clips together, each with equal weight.</summary>
    public static SegmentationScore Of(IReadOnlyList<SegmentationScore> clips) => new(
        "all", clips.Average(c => c.MeanOverlap), clips.Min(c => c.LeastOverlap), clips.Sum(c => c.Switches),
        clips.Any(c => c.FlowError is not null) ? clips.Average(c => c.FlowError) : null);
}
