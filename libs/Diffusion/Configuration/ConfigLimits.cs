namespace VideoGrain.Diffusion.Configuration;

/// <summary>Bounds on what a configuration may ask for; far above Stable Diffusion 1.x, far below what could exhaust a machine.</summary>
internal static class ConfigLimits
{
    public const int Blocks = 8;
    public const int LayersPerBlock = 8;
    public const int Channels = 16384;
    public const int Heads = 1024;
    public const int ClipLayers = 64;
    public const int ImageSide = 1024;
    public const int Vocabulary = 1 << 20;
    public const int Positions = 4096;
    public const int TrainTimesteps = 100_000;
}
