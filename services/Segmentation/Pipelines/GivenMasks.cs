using VideoGrain.Media;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Regions;
using VideoGrain.Segmentation.Requests;
using VideoGrain.ServiceDefaults.Errors;
using ClipGeometry = VideoGrain.Protos.V1.ClipGeometry;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>Regions that need no model: given masks, thresholded and brought to the clip's size, and whole frames.</summary>
internal static class GivenMasks
{
    private const byte DefaultThreshold = 128;

    /// <exception cref="VideoGrainException">INVALID_ARGUMENT: the mask is empty in every frame.</exception>
    public static FoundRegion Read(SegmentRegion region, SegmentInput input, ClipGeometry geometry, string field)
    {
        var tensor = input.MaskOf(region);
        var threshold = region.Source.Mask.Threshold == 0 ? DefaultThreshold : (byte)region.Source.Mask.Threshold;
        var (count, rows, columns) = ((int)tensor.Shape[0], (int)tensor.Shape[1], (int)tensor.Shape[2]);
        Mask Read(int frame)
        {
            var set = tensor.Data.AsSpan(frame * rows * columns, rows * columns).ToArray();
            for (var i = 0; i < set.Length; i++)
                set[i] = set[i] >= threshold ? (byte)1 : (byte)0;
            return new Mask(columns, rows, set).Resize((int)geometry.Width, (int)geometry.Height);
        }

        // One mask stands for all frames.
        var masks = count == 1 ? PackedMasks.Repeat(Read(0), (int)geometry.FrameCount) : PackedMasks.Of(Enumerable.Range(0, count).Select(Read));
        if (Enumerable.Range(0, masks.Count).All(f => masks.PixelsIn(f) == 0))
        {
            throw VideoGrainException.Invalid(
                $"{field}.mask", $"the mask of '{region.Id}' is empty in every frame at threshold {threshold}", ErrorReasons.RegionEmpty);
        }

        return new FoundRegion(masks, 1);
    }

    public static FoundRegion WholeFrame(ClipGeometry geometry)
        => new(PackedMasks.Repeat(Mask.Full((int)geometry.Width, (int)geometry.Height), (int)geometry.FrameCount), 1);

    /// <summary>What no other region covers.</summary>
    /// <exception cref="VideoGrainException">INVALID_ARGUMENT: nothing is left in any frame.</exception>
    public static FoundRegion Background(IReadOnlyList<FoundRegion> others, ClipGeometry geometry, string field)
    {
        Mask Rest(int frame)
        {
            var set = new byte[geometry.Height * geometry.Width];
            foreach (var other in others)
                other.Masks.AddTo(frame, set);
            return new Mask((int)geometry.Width, (int)geometry.Height, set).Invert();
        }

        var masks = PackedMasks.Of(Enumerable.Range(0, (int)geometry.FrameCount).Select(Rest));
        if (Enumerable.Range(0, masks.Count).All(f => masks.PixelsIn(f) == 0))
            throw VideoGrainException.Invalid(field, "the other regions cover every pixel of every frame", ErrorReasons.RegionEmpty);
        return new FoundRegion(masks, 1);
    }
}
