using System.Globalization;
using Spectre.Console;

namespace VideoGrain.Cli.Chaos;

/// <summary>A report for people.</summary>
internal static class ChaosTable
{
    private const int BreachesShown = 20;

    /// <summary>Writes a report.</summary>
    public static void Write(IAnsiConsole console, ChaosReport report)
    {
        Table table = new Table().AddColumns("what", "", "count");
        Rows("fault", report.Faults);
        Rows("edit", report.Ends);
        Row("edit", "handed on", report.HandedOn);
        Rows("retry", report.Retries);
        Rows("call", report.Calls);
        Row("event", "delivered", report.Events);
        Row("breach", "", report.Breaches.Count);
        Row("leftover", "", report.Leftovers.Count);
        console.Write(table);
        foreach (string line in report.Breaches.Take(BreachesShown).Select(b => $"{b.Rule}: {b.Subject} {b.Message} (calls {string.Join(", ", b.Calls)})")
            .Concat(report.Leftovers.Take(BreachesShown).Select(l => "left behind: " + l)).Concat(report.Problems)
            .Concat(report.NotExercised.Select(n => "not exercised: " + n)))
        {
            console.WriteLine(line);
        }

        console.WriteLine(FormattableString.Invariant(
            $"seed {report.Seed}: {(report.Held ? "held" : "BROKEN")}; {report.Kills} kills, {report.Edits} edits, {report.Seconds:0} s with {report.Database} on {report.Cpu}"));

        void Rows(string what, IReadOnlyDictionary<string, int> counts)
        {
            foreach ((string name, int count) in counts)
                Row(what, name, count);
        }

        void Row(string what, string name, int count) => table.AddRow(Markup.Escape(what), Markup.Escape(name), count.ToString(CultureInfo.InvariantCulture));
    }
}
