using VideoGrain.Media;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Regions;

/// <summary>What a segmentation answered.</summary>
/// <param name="Masks">One sequence per region, in the order of the header.</param>
/// <param name="Summary">What was found.</param>
internal sealed record FoundRegions(IReadOnlyList<MaskSequence> Masks, SegmentVideoSummary Summary);
