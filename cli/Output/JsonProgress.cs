using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Output;

/// <summary>Every event as one line of JSON.</summary>
internal sealed class JsonProgress(Terminal terminal) : IProgressView
{
    /// <inheritdoc/>
    public void Show(EditEvent next, string? preview) => terminal.WriteJson(next);
}
