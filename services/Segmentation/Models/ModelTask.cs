namespace VideoGrain.Segmentation.Models;

/// <summary>What a model is for.</summary>
internal enum ModelTask
{
    /// <summary>Region masks.</summary>
    Segmentation,

    /// <summary>Control maps.</summary>
    Control,

    /// <summary>Optical flow.</summary>
    Flow,
}
