namespace VideoGrain.Segmentation.Models;

/// <summary>A kind of model that calls ask for.</summary>
/// <param name="Serves">Whether a model is of this kind.</param>
/// <param name="Purpose">What such models do, for errors.</param>
/// <param name="Create">Makes a loaded model usable.</param>
internal sealed record ModelKind<T>(Func<ModelProfile, bool> Serves, string Purpose, Func<OnnxModel, T> Create);
