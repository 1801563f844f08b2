namespace VideoGrain.Bench.Cases;

/// <summary>Whole networks.</summary>
internal static class NetworkCases
{
    /// <summary>Channels of a picture.</summary>
    public const int ImageChannels = 3;

    private const int LatentChannels = 4;
    private const int Timestep = 601;

    /// <summary>One UNet step.</summary>
    public static WorkCase UNet(string name, string folder, int textWidth, int branches, int frames, int side) => new()
    {
        Name = name,
        Kind = "unet",
        Folder = folder,
        Sizes = new()
        {
            ["branches"] = branches,
            ["frames"] = frames,
            ["side"] = side,
            ["tokens"] = KernelCases.TextTokens,
            ["textWidth"] = textWidth,
            ["timestep"] = Timestep,
        },
    };

    /// <summary>Number of values that a UNet step takes: latents [branches * frames, side, side, 4], then prompts [branches, tokens, width].</summary>
    public static int UNetValues(int branches, int frames, int side, int textWidth) =>
        branches * ((frames * side * side * LatentChannels) + (KernelCases.TextTokens * textWidth));

    /// <summary>The text encoder.</summary>
    public static WorkCase Text(string name, string folder, int texts) => new()
    {
        Name = name,
        Kind = "text",
        Folder = folder,
        Sizes = new() { ["texts"] = texts, ["tokens"] = KernelCases.TextTokens },
    };

    /// <summary>Half of the autoencoder, on one frame; <paramref name="side"/> is in pixels.</summary>
    public static WorkCase Vae(string name, string kind, string folder, int side) => new()
    {
        Name = name,
        Kind = kind,
        Folder = folder,
        Sizes = new() { ["frames"] = 1, ["side"] = side },
    };
}
