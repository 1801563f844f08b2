namespace VideoGrain.Cli.Specification;

/// <summary>An edit specification with errors, all of them.</summary>
/// <param name="errors">At least one.</param>
internal sealed class SpecificationException(IReadOnlyList<SpecificationError> errors)
    : Exception(string.Join(Environment.NewLine, errors))
{
    /// <summary>The errors, in the order of the file.</summary>
    public IReadOnlyList<SpecificationError> Errors { get; } = errors;
}
