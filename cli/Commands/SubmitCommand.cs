using System.CommandLine;
using VideoGrain.Cli.Client;
using VideoGrain.Cli.Specification;
using VideoGrain.Media;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Commands;

/// <summary><c>videograin submit SPEC</c>: hands an edit to the server and prints its id.</summary>
internal static class SubmitCommand
{
    public static Command Create(App app)
    {
        Argument<string> specification = EditArguments.Specification();
        return new Command("submit", "Hand an edit to the server; answered when everything is on its disk.") { specification }
            .Does(app, async (context, cancellation) =>
            {
                using EditClient client = context.Connect();
                SubmitEditResponse response = await SendAsync(context, client, context.Get(specification)!, cancellation);
                if (context.Terminal.Json)
                    context.Terminal.WriteJson(response);
                else
                    await context.Terminal.Output.WriteLineAsync(response.Edit.Id);
                return ExitCodes.Success;
            });
    }

    /// <summary>Reads a specification with its files and submits it.</summary>
    internal static async Task<SubmitEditResponse> SendAsync(CommandContext context, EditClient client, string file, CancellationToken cancellation)
    {
        EditDocument document = SpecificationReader.Read(file);
        context.Places = document.Places;
        PreparedEdit edit = await EditPreparer.PrepareAsync(document, MediaLimits.Default, cancellation);
        return await client.SubmitAsync(edit, cancellation);
    }
}
