using System.CommandLine;
using System.CommandLine.Invocation;
using VideoGrain.Cli.Commands;
using VideoGrain.Cli.Output;

namespace VideoGrain.Cli;

/// <summary>The command line as an object, so that tests run it without a process.</summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
/// <param name="interactive">Whether a person watches standard error, on something that can redraw.</param>
/// <param name="time">The clock.</param>
internal sealed class App(TextWriter output, TextWriter error, bool interactive, TimeProvider time)
{
    // Ctrl-C asks first: an edit is cancelled at the server and hosts shut down within this time.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(20);

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="cancellation">Stands for Ctrl-C.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(string[] arguments, CancellationToken cancellation = default)
    {
        ParseResult parsed = Root().Parse(arguments);
        if (parsed.Action is ParseErrorAction)
        {
            bool json = arguments.Contains(GlobalOptions.Json.Name);
            foreach (var problem in parsed.Errors)
                Terminal(json).WriteFailure(new Failure(ExitCodes.Usage, "USAGE", problem.Message, []));
            return ExitCodes.Usage;
        }

        InvocationConfiguration configuration = new()
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = EndPatience,
        };
        return await parsed.InvokeAsync(configuration, cancellation);
    }

    internal Terminal Terminal(bool json) => new(output, error, json, interactive);

    private RootCommand Root() => new("Text-driven video editing: submit edits, watch them, fetch results; or run the services.")
    {
        Options = { GlobalOptions.Address, GlobalOptions.Json },
        Subcommands =
        {
            ServeCommand.Create(this), SubmitCommand.Create(this), WatchCommand.Create(this), GetCommand.Create(this), CancelCommand.Create(this),
            DeleteCommand.Create(this), ListCommand.Create(this), DownloadCommand.Create(this), EditCommand.Create(this), ModelsCommand.Create(this),
            DoctorCommand.Create(this), DemoCommand.Create(this), EvaluateCommand.Create(this), SegmentCommand.Create(this), ChaosCommand.Create(this),
            CapacityCommand.Create(this),
        },
    };
}
