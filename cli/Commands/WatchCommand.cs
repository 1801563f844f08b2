using System.CommandLine;
using VideoGrain.Cli.Client;
using VideoGrain.Cli.Output;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Commands;

/// <summary><c>videograin watch ID</c>: follows an edit; Ctrl-C stops the watching, not the edit.</summary>
internal static class WatchCommand
{
    public static Command Create(App app)
    {
        Argument<string> id = EditArguments.Id();
        Option<ulong> after = new("--after") { Description = "Only events after this number.", HelpName = "SEQUENCE" };
        Option<string?> previews = new("--previews") { Description = "Folder for previews, as they come.", HelpName = "DIR" };
        return new Command("watch", "Follow an edit until it ends.") { id, after, previews }.Does(app, async (context, cancellation) =>
        {
            using EditClient client = context.Connect();
            if (context.Get(previews) is string folder)
                Directory.CreateDirectory(folder);
            Edit edit = await Follow.RunAsync(client, context.Get(id)!, context.Get(after), context.Get(previews), context.Terminal, cancellation);
            if (!context.Terminal.Json)
                EditTable.Write(context.Terminal, edit);
            return Follow.ExitCode(edit);
        });
    }
}
