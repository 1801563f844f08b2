using System.CommandLine;
using System.Globalization;
using VideoGrain.Cli.Client;
using VideoGrain.Cli.Demo;
using VideoGrain.Cli.Hosting;

namespace VideoGrain.Cli.Commands;

/// <summary>
/// <c>videograin demo</c>: a sample's edits with strips, scores and a summary. <c>./videograin demo</c> calls it once the four
/// services run; without an address it runs them itself.
/// </summary>
internal static class DemoCommand
{
    public static Command Create(App app)
    {
        HostOptions host = new();
        Option<string> sample = new("--sample") { Description = "Folder of a bundled clip.", DefaultValueFactory = _ => Path.Combine("samples", "wall"), HelpName = "DIR" };
        Option<string> folder = new("--out", "-o") { Description = "Folder for results.", DefaultValueFactory = _ => Path.Combine("out", "demo"), HelpName = "DIR" };
        Option<string[]?> levels = new("--level") { Description = "Which edits of the clip: names of its specifications; all of " + string.Join(", ", DemoSettings.AllLevels) + " that it has when left out.", AllowMultipleArgumentsPerToken = true };
        Option<uint?> steps = new("--steps") { Description = "Fewer steps than the specifications say, for a quick look.", HelpName = "COUNT" };
        Option<string[]> processes = new("--process") { Description = "A process whose peak memory is reported.", HelpName = "NAME=PID" };
        processes.Validators.Add(result =>
        {
            foreach (string text in result.GetValue(processes) ?? [])
            {
                if (text.Split('=') is not [_, string id] || !int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                    result.AddError($"'{text}' is no NAME=PID.");
            }
        });
        return new Command("demo", "Run the edits of a bundled clip; leave clips, strips, scores and a summary.")
        {
            sample, folder, levels, steps, processes, host.Models, host.Data,
        }.Does(app, async (context, cancellation) =>
        {
            await using AllInOneHost? own = context.GivenAddress is null ? await host.StartAsync(context, Ports.Free, context.Get(host.Data), cancellation) : null;
            using EditClient client = context.Connect(own?.Address);
            Dictionary<string, int> watched = (context.Get(processes) ?? []).Select(p => p.Split('=')).ToDictionary(p => p[0], p => int.Parse(p[1], CultureInfo.InvariantCulture));
            if (own is not null)
                watched["all in one"] = Environment.ProcessId;
            DemoSettings settings = new(
                context.Get(sample)!, Levels(context.Get(levels), context.Get(sample)!), context.Get(folder)!, Path.Combine(context.Get(host.Models)!, "toybox", "evaluator"), context.Get(steps), watched);
            DemoSummary summary = await new DemoRun(context, client, settings).RunAsync(cancellation);
            return summary.Edits.All(e => e.Video is not null) ? ExitCodes.Success : ExitCodes.EditFailed;
        });
    }

    private static string[] Levels(string[]? given, string sample) =>
        given is { Length: > 0 } ? given : [.. DemoSettings.AllLevels.Where(level => File.Exists(Path.Combine(sample, level + ".yaml")))];
}
