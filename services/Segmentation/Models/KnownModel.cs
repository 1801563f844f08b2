namespace VideoGrain.Segmentation.Models;

/// <summary>A model at hand.</summary>
/// <param name="Profile">How it is described.</param>
/// <param name="Digest">Digest of all that its results depend on besides the request, lower-case hex; empty while it is not known.</param>
internal sealed record KnownModel(ModelProfile Profile, string Digest);
