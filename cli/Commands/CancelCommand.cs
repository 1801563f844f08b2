using System.CommandLine;
using VideoGrain.Cli.Client;
using VideoGrain.Cli.Output;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Commands;

/// <summary><c>videograin cancel ID</c>: ends an edit within a step.</summary>
internal static class CancelCommand
{
    public static Command Create(App app)
    {
        Argument<string> id = EditArguments.Id();
        return new Command("cancel", "Cancel an edit; it ends within one step.") { id }.Does(app, async (context, cancellation) =>
        {
            using EditClient client = context.Connect();
            Edit edit = await client.CancelAsync(context.Get(id)!, cancellation);
            if (context.Terminal.Json)
                context.Terminal.WriteJson(edit);
            else
                await context.Terminal.Output.WriteLineAsync(Words.Of(edit.State));
            return ExitCodes.Success;
        });
    }
}
