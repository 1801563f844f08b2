using System.CommandLine;
using Spectre.Console;
using VideoGrain.Cli.Hosting;

namespace VideoGrain.Cli.Commands;

/// <summary><c>videograin doctor</c>: whether this machine has what edits need.</summary>
internal static class DoctorCommand
{
    public static Command Create(App app)
    {
        HostOptions host = new();
        return new Command("doctor", "Check what edits need on this machine: programs, libraries, models, ports, disk.") { host.Models, host.Data, host.Port }
            .Does(app, async (context, cancellation) =>
            {
                IReadOnlyList<Check> checks = await new Doctor(context.Get(host.Models)!, context.Get(host.Data) ?? HostOptions.DefaultData, context.Get(host.Port)).RunAsync(cancellation);
                if (context.Terminal.Json)
                {
                    foreach (Check check in checks)
                        context.Terminal.WriteJson(check);
                }
                else
                {
                    Write(context, checks);
                }

                return checks.Any(c => c.Outcome == CheckOutcome.Problem) ? ExitCodes.Environment : ExitCodes.Success;
            });
    }

    private static void Write(CommandContext context, IReadOnlyList<Check> checks)
    {
        Table table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "", "");
        foreach (Check check in checks)
        {
            string mark = check.Outcome switch
            {
                CheckOutcome.Ok => "[green]ok[/]",
                CheckOutcome.Warning => "[yellow]warning[/]",
                _ => "[red]problem[/]",
            };
            table.AddRow(mark, Markup.Escape(check.Name), Markup.Escape(check.Detail));
        }

        context.Terminal.Tables.Write(table);
    }
}
