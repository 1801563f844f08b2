using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>Cuts masks into chunks of one tensor, one mask after the other.</summary>
internal static class MaskChunks
{
    /// <summary>Chunks of a uint8 tensor [regions, frames, rows, columns].</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="regions">Masks by region, then frame; all of one size and count.</param>
    public static IEnumerable<TensorChunk> Split(string name, IReadOnlyList<PackedMasks> regions)
    {
        var first = regions[0][0];
        long[] shape = [regions.Count, regions[0].Count, first.Height, first.Width];
        ulong offset = 0;
        foreach (var mask in regions.SelectMany(masks => masks))
        {
            foreach (var chunk in PartChunks.Split(name, ElementType.Uint8, shape, mask.Set, ref offset))
                yield return chunk;
        }
    }
}
