using System.CommandLine;
using VideoGrain.Cli.Output;

namespace VideoGrain.Cli.Commands;

/// <summary>Gives commands their work, and what it throws a message and an exit code.</summary>
internal static class CommandSetup
{
    /// <summary>Sets what a command does.</summary>
    /// <param name="command">The command.</param>
    /// <param name="app">The program it belongs to.</param>
    /// <param name="work">The work; returns the exit code.</param>
    /// <returns>The same command.</returns>
    public static Command Does(this Command command, App app, Func<CommandContext, CancellationToken, Task<int>> work)
    {
        command.SetAction(async (parsed, cancellation) =>
        {
            CommandContext context = new(parsed, app.Terminal(parsed.GetValue(GlobalOptions.Json)), app.Time);
            try
            {
                return await work(context, cancellation);
            }
            catch (Exception e) when (cancellation.IsCancellationRequested && (e is OperationCanceledException || Failures.Explain(e) is { ExitCode: ExitCodes.Interrupted }))
            {
                context.Terminal.WriteFailure(new Failure(ExitCodes.Interrupted, "INTERRUPTED", "Interrupted.", []));
                return ExitCodes.Interrupted;
            }
            catch (Exception e) when (Failures.Explain(e, context.Places) is Failure failure)
            {
                context.Terminal.WriteFailure(failure);
                return failure.ExitCode;
            }
            catch (Exception e)
            {
                // The one place where a defect of this program ends: the whole exception is what a report of it needs.
                context.Terminal.WriteFailure(new Failure(ExitCodes.Defect, "DEFECT", e.ToString(), []));
                return ExitCodes.Defect;
            }
        });
        return command;
    }
}
