using System.Text.Json;

namespace VideoGrain.ServiceDefaults.Models;

/// <summary>A model that can be loaded.</summary>
/// <param name="Name">Name that requests use.</param>
/// <param name="Path">Its folder.</param>
public sealed record ModelFolder(string Name, string Path)
{
    private const string ConfigName = "config.json";
    private const string ControlNets = "controlnet";

    /// <summary>Names of its ControlNet folders; "default" for one directly in controlnet/.</summary>
    public IReadOnlyList<string> FindControlNets()
    {
        var folder = System.IO.Path.Combine(Path, ControlNets);
        if (!Directory.Exists(folder)) return [];
        var inner = Directory.EnumerateDirectories(folder)
            .Where(child => File.Exists(System.IO.Path.Combine(child, ConfigName)))
            .Select(child => System.IO.Path.GetFileName(child));
        return File.Exists(System.IO.Path.Combine(folder, ConfigName)) ? [Diffusion.StableDiffusion.DefaultControlNet, .. inner] : [.. inner];
    }

    /// <summary>Latent size that the model was trained at; 0 where its configuration does not say.</summary>
    public int ReadSampleSize()
    {
        using var config = JsonDocument.Parse(File.ReadAllBytes(System.IO.Path.Combine(Path, "unet", ConfigName)));
        return config.RootElement.TryGetProperty("sample_size", out var size) && size.TryGetInt32(out var cells) ? cells : 0;
    }
}
