using VideoGrain.Diffusion;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Contract;

namespace VideoGrain.ServiceDefaults.Models;

/// <summary>A model in memory.</summary>
/// <param name="Folder">Where it came from.</param>
/// <param name="Pipeline">Its parts, on the stage's engine.</param>
/// <param name="Digest">SHA-256 of its files, lower-case hex.</param>
public sealed record LoadedModel(ModelFolder Folder, StableDiffusion Pipeline, string Digest)
{
    /// <summary>Its description for callers.</summary>
    public ModelInfo Describe(bool isDefault) => new()
    {
        Name = Folder.Name,
        Digest = Digest,
        PixelsPerLatent = (uint)Pipeline.Vae.Downscale,
        LatentChannels = (uint)Pipeline.UNet.LatentChannels,
        MaxTokens = (uint)Pipeline.Tokenizer.MaxLength,
        NativeSize = (uint)(Folder.ReadSampleSize() * Pipeline.Vae.Downscale),
        ControlTypes = { ControlTypes.Served(Pipeline.ControlNets.Keys) },
        Loaded = true,
        IsDefault = isDefault,
    };

    /// <summary>Name of the ControlNet that serves a type: its own, or the model's only one; null when there is none.</summary>
    public string? FindControlNet(string type)
    {
        if (type.Length == 0 || Pipeline.ControlNets.ContainsKey(type)) return type;
        return Pipeline.ControlNets.Count == 1 && Pipeline.ControlNets.ContainsKey(StableDiffusion.DefaultControlNet)
            ? StableDiffusion.DefaultControlNet
            : null;
    }
}
