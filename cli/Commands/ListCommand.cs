using System.CommandLine;
using Spectre.Console;
using VideoGrain.Cli.Client;
using VideoGrain.Cli.Output;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Commands;

/// <summary><c>videograin list</c>: the caller's edits, newest first.</summary>
internal static class ListCommand
{
    private const int LargestPage = 200;

    public static Command Create(App app)
    {
        Option<EditState[]> states = new("--state") { Description = "Only edits in this state; may be repeated.", AllowMultipleArgumentsPerToken = true };
        Option<int> limit = new("--limit") { Description = "Most edits to list.", DefaultValueFactory = _ => 50, HelpName = "COUNT" };
        limit.Validators.Add(result =>
        {
            if (result.GetValue(limit) < 1)
                result.AddError("--limit is at least 1.");
        });
        return new Command("list", "List edits, newest first.") { states, limit }.Does(app, async (context, cancellation) =>
        {
            using EditClient client = context.Connect();
            List<Edit> edits = await PagesAsync(client, context.Get(states) ?? [], context.Get(limit), cancellation);
            if (context.Terminal.Json)
                edits.ForEach(context.Terminal.WriteJson);
            else
                Write(context, edits);
            return ExitCodes.Success;
        });
    }

    private static async Task<List<Edit>> PagesAsync(EditClient client, EditState[] states, int limit, CancellationToken cancellation)
    {
        List<Edit> edits = [];
        string token = "";
        do
        {
            ListEditsRequest request = new() { PageSize = (uint)Math.Min(LargestPage, limit - edits.Count), PageToken = token, States = { states } };
            ListEditsResponse page = await client.ListAsync(request, cancellation);
            edits.AddRange(page.Edits);
            token = page.NextPageToken;
        }
        while (token.Length > 0 && edits.Count < limit);
        return edits;
    }

    private static void Write(CommandContext context, List<Edit> edits)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("id", "state", "progress", "submitted", "prompt");
        foreach (Edit edit in edits)
        {
            table.AddRow(new[]
            {
                edit.Id, Words.Of(edit.State), edit.Progress is null ? "" : LineProgress.Describe(edit.Progress),
                Words.Age(edit.CreateTime, context.Time.GetUtcNow()), edit.Specification?.TargetPrompt ?? "",
            }.Select(Markup.Escape).ToArray());
        }

        context.Terminal.Tables.Write(table);
    }
}
