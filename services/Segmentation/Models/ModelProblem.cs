namespace VideoGrain.Segmentation.Models;

/// <summary>A model folder that cannot be used as it is.</summary>
/// <param name="Folder">The folder, relative to the models folder.</param>
/// <param name="Name">Name of the model; empty when its profile cannot be read.</param>
/// <param name="Description">What is wrong.</param>
/// <param name="IsServing">Whether the model that was there before goes on serving.</param>
internal sealed record ModelProblem(string Folder, string Name, string Description, bool IsServing);
