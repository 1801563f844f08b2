using Spectre.Console;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Output;

/// <summary>An edit for people.</summary>
internal static class EditTable
{
    /// <summary>Writes state, progress, times, files and failure.</summary>
    public static void Write(Terminal terminal, Edit edit)
    {
        Table table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "");
        Row(table, "edit", edit.Id);
        Row(table, "state", Words.Of(edit.State) + (edit.HasQueuePosition ? $", {edit.QueuePosition} before it" : ""));
        if (edit.Progress is { StepCount: > 0 } progress && edit.EndTime is null)
            Row(table, "progress", LineProgress.Describe(progress));
        foreach (StageTiming timing in edit.Timings)
        {
            Row(table, Words.Of(timing.Stage), $"{timing.Duration.ToTimeSpan().TotalSeconds:0.0} s"
                + (timing.Cached ? ", from the cache" : "") + (timing.Retries > 0 ? $", {timing.Retries} retries" : ""));
        }

        foreach (Artifact artifact in edit.Artifacts)
            Row(table, "file", $"{artifact.Name} ({Words.Bytes(artifact.ByteCount)})");
        foreach (string warning in edit.Warnings)
            Row(table, "warning", warning);
        if (edit.Failure is EditFailure failure)
        {
            Row(table, "failure", $"{failure.Message} ({failure.Reason})");
            foreach (FieldViolation violation in failure.Violations)
                Row(table, "", $"{violation.Field}: {violation.Description}");
        }

        terminal.Tables.Write(table);
    }

    private static void Row(Table table, string name, string value) => table.AddRow(Markup.Escape(name), Markup.Escape(value));
}
