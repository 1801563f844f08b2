namespace VideoGrain.Golden.Groups;

/// <summary>Group c: token ids to text embeddings.</summary>
public sealed class TextEncoderRunner : IGroupRunner
{
    /// <inheritdoc/>
    public string Group => "c";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Fields { get; } = [];

    /// <inheritdoc/>
    public void Run(GoldenCase golden, GoldenContext context)
    {
        using var scope = context.Engine.BeginScope();
        var embedding = context.Model(golden).TextEncoder.Encode(golden.Ints("ids"), golden.Shape("ids")[1]);
        context.Report.Compare(golden, "last_hidden_state", context.Download(embedding), golden.Floats("last_hidden_state"));
    }
}
