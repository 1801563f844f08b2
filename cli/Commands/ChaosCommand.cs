using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using VideoGrain.Cli.Chaos;
using VideoGrain.Cli.Hosting;
using VideoGrain.Orchestrator.Options;

namespace VideoGrain.Cli.Commands;

/// <summary><c>videograin chaos</c>: real processes, real faults, and a history that has to hold.</summary>
internal static class ChaosCommand
{
    private const int DefaultKills = 20, DefaultCallers = 4, MostCallers = 32, MostKills = 10_000;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create(App app)
    {
        HostOptions host = new();
        Option<int> kills = new("--kills") { Description = "Processes to kill.", DefaultValueFactory = _ => DefaultKills, HelpName = "COUNT" };
        Option<ulong?> seed = new("--seed") { Description = "Seed of faults and callers; drawn, and printed, when it is not given.", HelpName = "SEED" };
        Option<int> callers = new("--callers") { Description = "Callers at a time.", DefaultValueFactory = _ => DefaultCallers, HelpName = "COUNT" };
        Option<DatabaseKind> database = new("--database")
        {
            Description = "Where the tables are: sqlite, or postgres for a server of the run's own and two orchestrators.",
            DefaultValueFactory = _ => DatabaseKind.Sqlite,
            HelpName = "KIND",
        };
        Option<string?> json = new("--json") { Description = "File for the report.", HelpName = "FILE" };
        Option<string?> folder = new("--out", "-o") { Description = "Folder for history and logs; must be empty or not there. Without it they are kept only when a promise was broken.", HelpName = "DIR" };
        kills.Validators.Add(result => Require(result.GetValue(kills) is >= 0 and <= MostKills, $"--kills lies between 0 and {MostKills}.", result.AddError));
        callers.Validators.Add(result => Require(result.GetValue(callers) is >= 1 and <= MostCallers, $"--callers lies between 1 and {MostCallers}.", result.AddError));
        folder.Validators.Add(result => Require(
            result.GetValue(folder) is not string given || !Directory.Exists(given) || !Directory.EnumerateFileSystemEntries(given).Any(), "--out names a folder that is not empty.", result.AddError));
        return new Command("chaos", "Kill services at random moments under load, and check that every promise holds.") { kills, seed, callers, database, json, folder, host.Models }
            .Does(app, async (context, cancellation) =>
            {
                ulong chosen = context.Get(seed) ?? (ulong)RandomNumberGenerator.GetInt32(int.MaxValue);
                string root = context.Get(folder) ?? Directory.CreateTempSubdirectory("videograin-chaos-").FullName;
                await context.Terminal.Error.WriteLineAsync(FormattableString.Invariant($"seed {chosen}; history and logs in {root}"));
                ChaosSettings settings = new(chosen, context.Get(kills), context.Get(callers), context.Get(host.Models)!, context.Get(database), root);
                ChaosReport report = await new ChaosRun(settings, line => context.Terminal.Error.WriteLine(line), context.Time).RunAsync(cancellation);
                ChaosTable.Write(context.Terminal.Tables, report);
                if (context.Get(json) is string file)
                    await File.WriteAllTextAsync(file, JsonSerializer.Serialize(report, Options) + "\n", cancellation);
                if (report.Held && context.Get(folder) is null)
                    Directory.Delete(root, recursive: true);
                return report.Held ? ExitCodes.Success : ExitCodes.Defect;
            });
    }

    private static void Require(bool condition, string error, Action<string> add)
    {
        if (!condition)
            add(error);
    }
}
