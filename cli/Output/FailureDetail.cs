namespace VideoGrain.Cli.Output;

/// <summary>A field at fault.</summary>
/// <param name="File">The specification; empty where none is at fault.</param>
/// <param name="Line">Line in it, from 1; 0 for none.</param>
/// <param name="Column">Column in it, from 1; 0 for none.</param>
/// <param name="Field">Path of the field.</param>
/// <param name="Message">What is wrong and what is allowed.</param>
internal sealed record FailureDetail(string File, int Line, int Column, string Field, string Message)
{
    /// <inheritdoc/>
    public override string ToString() =>
        (Line > 0 ? $"{File}:{Line}:{Column}: " : File.Length > 0 ? $"{File}: " : "") + "error: " + (Field.Length > 0 ? $"{Field}: " : "") + Message;
}
