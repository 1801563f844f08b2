namespace VideoGrain.Cli.Specification;

/// <summary>One thing wrong with an edit specification.</summary>
/// <param name="File">The file, as the user named it.</param>
/// <param name="Line">Line in the file, from 1; 0 where no place is to blame.</param>
/// <param name="Column">Column in the line, from 1; 0 where no place is to blame.</param>
/// <param name="Field">Path of the field in the file's own spelling, such as <c>regions[1].phrase</c>; may be empty.</param>
/// <param name="Message">What is wrong and what is allowed.</param>
internal sealed record SpecificationError(string File, int Line, int Column, string Field, string Message)
{
    /// <inheritdoc/>
    public override string ToString() =>
        (Line > 0 ? $"{File}:{Line}:{Column}: " : $"{File}: ") + (Field.Length > 0 ? $"{Field}: " : "") + Message;
}
