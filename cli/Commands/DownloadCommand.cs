using System.CommandLine;
using VideoGrain.Cli.Client;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Commands;

/// <summary><c>videograin download ID [NAME...]</c>: fetches the files of an edit.</summary>
internal static class DownloadCommand
{
    public static Command Create(App app)
    {
        Argument<string> id = EditArguments.Id();
        Argument<string[]> names = new("NAME") { Description = "Files wanted; all but previews when none is named.", Arity = ArgumentArity.ZeroOrMore };
        Option<string> folder = EditArguments.OutputFolder();
        return new Command("download", "Fetch the files of an edit.") { id, names, folder }.Does(app, async (context, cancellation) =>
        {
            using EditClient client = context.Connect();
            Edit edit = await client.GetAsync(context.Get(id)!, cancellation);
            foreach (string path in await ArtifactFolder.FetchAsync(client, edit, context.Get(names) ?? [], context.Get(folder)!, cancellation))
            {
                if (context.Terminal.Json)
                    context.Terminal.WriteJson(new { File = path });
                else
                    await context.Terminal.Output.WriteLineAsync(path);
            }

            return ExitCodes.Success;
        });
    }
}
