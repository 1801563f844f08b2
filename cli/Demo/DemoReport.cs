using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using VideoGrain.Quality;
using VideoGrain.Quality.Toybox;

namespace VideoGrain.Cli.Demo;

/// <summary>Writes what the demo found: <c>summary.json</c> for machines, <c>scores.md</c> for people.</summary>
internal static class DemoReport
{
    private const double Mebi = 1 << 20;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes both files.</summary>
    /// <returns>The text of <c>scores.md</c>.</returns>
    public static async Task<string> WriteAsync(string folder, DemoSummary summary, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "summary.json"), JsonSerializer.Serialize(summary, Options) + "\n", cancellation);
        string text = Text(summary);
        await File.WriteAllTextAsync(Path.Combine(folder, "scores.md"), text, cancellation);
        return text;
    }

    private static string Text(DemoSummary summary)
    {
        StringBuilder text = new();
        Line(text, $"# Edits of `{summary.Sample}`");
        Line(text, $"");
        Line(text, $"Shares of frames in which the judges found what was asked for, at the true place of each object.");
        Line(text, $"");
        Line(text, $"| edit | region | phrase | asked for | mostly found | shape | colour | part | all three |");
        Line(text, $"| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (DemoEdit edit in summary.Edits)
            Rows(text, edit);
        Line(text, $"");
        Line(text, $"| edit | state | seconds | stages |");
        Line(text, $"| --- | --- | --- | --- |");
        foreach (DemoEdit edit in summary.Edits)
            Line(text, $"| {edit.Level} | {edit.State}{(edit.Failure is null ? "" : ": " + edit.Failure)} | {edit.Seconds:0.0} | {Stages(edit)} |");
        Line(text, $"");
        Line(text, $"| process | peak memory |");
        Line(text, $"| --- | --- |");
        foreach ((string name, long? bytes) in summary.PeakMemoryBytes)
            Line(text, $"| {name} | {(bytes is long peak ? $"{(peak / Mebi).ToString("0", CultureInfo.InvariantCulture)} MiB" : "unknown")} |");
        Line(text, $"");
        foreach (DemoEdit edit in summary.Edits.Where(e => e.Pictures.Count > 0))
            Line(text, $"Pictures of how `{edit.Level}` came about: {string.Join(", ", edit.Pictures.Select(p => $"`{edit.Level}/{Path.GetFileName(p)}`"))}.");
        Line(text, $"");
        Line(text, $"Measured on {summary.Cpu}, {summary.Cores} cores, in {summary.Seconds:0.0} s.");
        foreach (string note in summary.Notes)
            Line(text, $"{note}");
        return text.ToString();
    }

    private static void Rows(StringBuilder text, DemoEdit edit)
    {
        if (edit.Scores is not EditScore scores)
            return;
        foreach (ObjectScore o in scores.Objects)
            Line(text, $"| {edit.Level} | {o.Region} | {o.Phrase} | {Words(o.Expected)} | {Words(o.Found)} | {o.Shape:0.00} | {o.Colour:0.00} | {o.Part:0.00} | {o.All:0.00} |");
        string psnr = scores.BackgroundPsnr is double value ? $", {value.ToString("0.0", CultureInfo.InvariantCulture)} dB to the source" : "";
        Line(text, $"| {edit.Level} | background | | {scores.ExpectedBackground} | right in {scores.Background:0.00} of the frames{psnr} | | | | |");
    }

    private static string Words(RegionAttributes a) => $"{a.Colour} {a.Shape}" + (a.Part == "plain" ? "" : $" with {a.Part}");

    private static string Stages(DemoEdit edit) =>
        string.Join(", ", edit.Stages.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Stage} {s.Seconds:0.0} s{(s.Cached ? " (cached)" : "")}")));

    private static void Line(StringBuilder text, FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
