using System.CommandLine;
using VideoGrain.Cli.Client;

namespace VideoGrain.Cli.Commands;

/// <summary><c>videograin delete ID</c>: removes an ended edit with its files.</summary>
internal static class DeleteCommand
{
    public static Command Create(App app)
    {
        Argument<string> id = EditArguments.Id();
        return new Command("delete", "Delete an ended edit and its files.") { id }.Does(app, async (context, cancellation) =>
        {
            using EditClient client = context.Connect();
            await client.DeleteAsync(context.Get(id)!, cancellation);
            if (context.Terminal.Json)
                context.Terminal.WriteJson(new { Deleted = context.Get(id) });
            return ExitCodes.Success;
        });
    }
}
