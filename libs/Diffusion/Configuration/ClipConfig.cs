namespace VideoGrain.Diffusion.Configuration;

/// <summary>Configuration of a CLIPModel: two towers and the width of the space they share.</summary>
internal sealed record ClipConfig(TextEncoderConfig Text, ImageEncoderConfig Image, int ProjectionWidth)
{
    public static ClipConfig Read(string path)
    {
        var json = JsonConfig.Read(path);
        return new ClipConfig(
            TextEncoderConfig.Read(json.Section("text_config")),
            ImageEncoderConfig.Read(json.Section("vision_config")),
            json.Int("projection_dim", 1, ConfigLimits.Channels));
    }
}
