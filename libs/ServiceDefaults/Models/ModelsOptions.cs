namespace VideoGrain.ServiceDefaults.Models;

/// <summary>Which diffusion models a stage serves; configuration section "Models".</summary>
public sealed class ModelsOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Models";

    /// <summary>Folder whose subfolders are models in diffusers layout; a model is named after its subfolder. Default: "models".</summary>
    public string Root { get; set; } = "models";

    /// <summary>Model of requests that name none; empty takes the first by name.</summary>
    public string Default { get; set; } = "";

    /// <summary>Most models in memory, 1 or more; the one unused for longest leaves. Default: 1.</summary>
    public int MaxLoaded { get; set; } = 1;
}
