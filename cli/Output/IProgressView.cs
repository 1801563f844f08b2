using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Output;

/// <summary>Shows what happens to an edit.</summary>
internal interface IProgressView
{
    /// <summary>Shows an event.</summary>
    /// <param name="next">The event.</param>
    /// <param name="preview">The file that holds the preview which the event announced; null for none.</param>
    void Show(EditEvent next, string? preview);
}
