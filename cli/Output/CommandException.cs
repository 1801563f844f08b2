namespace VideoGrain.Cli.Output;

/// <summary>A command gives up, and knows why.</summary>
/// <param name="failure">The reason.</param>
internal sealed class CommandException(Failure failure)
    : Exception(failure.Message)
{
    /// <summary>The reason.</summary>
    public Failure Failure { get; } = failure;

    /// <summary>A failure without fields at fault.</summary>
    public static CommandException Of(int exitCode, string reason, string message) => new(new Failure(exitCode, reason, message, []));
}
