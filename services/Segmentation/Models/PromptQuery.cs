namespace VideoGrain.Segmentation.Models;

/// <summary>A point or a box on one frame.</summary>
/// <param name="Region">Index of the region that it stands for.</param>
/// <param name="Field">Path of the query, for errors.</param>
/// <param name="Frame">The frame that it lies in.</param>
/// <param name="Ask">Asks a model what it shows, best first.</param>
internal sealed record PromptQuery(
    int Region, string Field, int Frame, Func<PromptableModel, EncodedFrame, CancellationToken, IReadOnlyList<PromptedMask>> Ask);
