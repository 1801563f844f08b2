namespace VideoGrain.Diffusion.Configuration;

/// <summary>Configuration of a CLIPVisionModel.</summary>
internal sealed record ImageEncoderConfig(ClipLayerConfig Layer, int Layers, int Side, int Patch)
{
    public int PatchesPerSide => Side / Patch;

    /// <summary>Patches and the class token.</summary>
    public int Tokens => (PatchesPerSide * PatchesPerSide) + 1;

    public static ImageEncoderConfig Read(JsonConfig json)
    {
        var side = json.Int("image_size", 1, ConfigLimits.ImageSide);
        var patch = json.Int("patch_size", 1, side);
        if (side % patch != 0) throw json.Fail("patch_size", $"is {patch}, which does not divide image_size {side}");
        json.Int("num_channels", 3, 3, 3);
        return new ImageEncoderConfig(ClipLayerConfig.Read(json), json.Int("num_hidden_layers", 1, ConfigLimits.ClipLayers), side, patch);
    }
}
