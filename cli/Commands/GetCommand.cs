using System.CommandLine;
using VideoGrain.Cli.Client;
using VideoGrain.Cli.Output;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Commands;

/// <summary><c>videograin get ID</c>: where an edit stands.</summary>
internal static class GetCommand
{
    public static Command Create(App app)
    {
        Argument<string> id = EditArguments.Id();
        return new Command("get", "Tell where an edit stands.") { id }.Does(app, async (context, cancellation) =>
        {
            using EditClient client = context.Connect();
            Edit edit = await client.GetAsync(context.Get(id)!, cancellation);
            if (context.Terminal.Json)
                context.Terminal.WriteJson(edit);
            else
                EditTable.Write(context.Terminal, edit);
            return ExitCodes.Success;
        });
    }
}
