namespace VideoGrain.Bench.Cases;

/// <summary>Names of the variants of a UNet step.</summary>
internal static class Variants
{
    /// <summary>The inflated UNet alone.</summary>
    public const string Plain = "plain";

    /// <summary>
    /// With ST-Layout attention as released: self-attention of the unconditional and cross-attention of the conditional half, all levels but the finest. PyTorch's side
    /// also goes head by head through those layers and runs the identity convolutions over time.
    /// </summary>
    public const string Published = "published";
}
