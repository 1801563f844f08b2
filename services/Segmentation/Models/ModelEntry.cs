namespace VideoGrain.Segmentation.Models;

/// <summary>A model folder as the registry knows it. Guarded by the registry's lock.</summary>
internal sealed class ModelEntry(string folder)
{
    public string Folder { get; } = folder;

    /// <summary>What the folder looked like when its profile was read.</summary>
    public string Stamp { get; set; } = "";

    /// <summary>The last profile that could be read; null when none could.</summary>
    public ModelProfile? Latest { get; set; }

    /// <summary>Why the folder cannot be used as it is now.</summary>
    public Exception? Problem { get; set; }

    /// <summary>The loaded model, perhaps of an earlier state of the folder.</summary>
    public OnnxModel? Serving { get; set; }

    /// <summary>State of the folder that <see cref="Serving"/> was loaded from.</summary>
    public string ServingStamp { get; set; } = "";

    /// <summary>The load under way.</summary>
    public Task? Loading { get; set; }

    /// <summary>When it was last used, counted in uses of the registry.</summary>
    public long LastUse { get; set; }

    /// <summary>Whether the folder is gone.</summary>
    public bool IsGone { get; set; }

    /// <summary>The profile that calls get: the latest, unless it has a problem and an earlier one goes on serving.</summary>
    public ModelProfile? Profile => Problem != null && Serving != null ? Serving.Profile : Latest;

    /// <summary>Whether the folder's present state is not loaded and may be tried.</summary>
    public bool NeedsLoad => Latest != null && Problem == null && (Serving == null || ServingStamp != Stamp);

    /// <summary>Lets the loaded model go; calls that use it keep it until they end.</summary>
    public void Unload()
    {
        Serving?.Dispose();
        Serving = null;
    }
}
