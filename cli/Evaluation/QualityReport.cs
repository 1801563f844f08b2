using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace VideoGrain.Cli.Evaluation;

/// <summary>Writes <c>quality.json</c> and <c>quality.md</c>.</summary>
internal static class QualityReport
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes both files.</summary>
    /// <returns>The table's text.</returns>
    public static async Task<string> WriteAsync(
        EvaluationSettings settings, string fingerprint, IReadOnlyList<CellScore> cells, IReadOnlyList<string> notes, CancellationToken cancellation)
    {
        IReadOnlyList<QualityRow> means = QualityTable.Means(cells), differences = QualityTable.Differences(cells);
        object document = new
        {
            ModelFingerprint = fingerprint,
            settings.Frames,
            settings.Steps,
            settings.Guidance,
            settings.Grow,
            settings.KeepBackground,
            settings.Control,
            settings.Seed,
            settings.ClipLength,
            settings.WindowOverlap,
            settings.AnchorFrames,
            settings.Levels,
            settings.Variants,
            Notes = notes,
            Means = means,
            Differences = differences,
            Cells = cells,
        };
        await File.WriteAllTextAsync(Path.Combine(settings.Output, "quality.json"), JsonSerializer.Serialize(document, Options) + "\n", cancellation);
        string text = Markdown(settings, cells, means, differences, notes);
        await File.WriteAllTextAsync(Path.Combine(settings.Output, "quality.md"), text, cancellation);
        return text;
    }

    private static string Markdown(
        EvaluationSettings settings, IReadOnlyList<CellScore> cells, IReadOnlyList<QualityRow> means, IReadOnlyList<QualityRow> differences, IReadOnlyList<string> notes)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{cells.Select(c => c.Clip).Distinct().Count()} clips, {(settings.Frames == 0 ? "all" : $"the first {settings.Frames}")} frames, ");
        text.Append(CultureInfo.InvariantCulture, $"{settings.Steps} + {settings.Steps} steps, guidance {settings.Guidance}, seed {settings.Seed}. ");
        if (settings.Control.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $"Every variant with the ControlNet '{settings.Control}' at {EvaluationVariant.ControlScale}. ");
        text.Append("In brackets: 95 % intervals over clips (bootstrap).\n");
        foreach (string note in notes)
            text.Append(CultureInfo.InvariantCulture, $"{note}\n");
        foreach (IGrouping<string, QualityRow> level in means.GroupBy(r => r.Level))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### {Capital(level.Key)}\n\n");
            Table(text, ["variant", .. Measure.All.Select(m => m.Title)], level.Select(row => (string[])
                [Title(row.Variant), .. Measure.All.Select(m => row.Values[m.Name] is { } e ? m == Measure.RegionAccuracy ? Interval(e, m.Format) : e.Mean.ToString(m.Format, CultureInfo.InvariantCulture) : "-")]));
        }

        text.Append("\n### Differences, paired clip by clip\n\nBold where the interval excludes 0.\n\n");
        Table(text, ["level", "variant", "against", .. Measure.Compared.Select(m => m.Title)], differences.Select(row => (string[])
            [row.Level, Title(row.Variant), Title(row.ComparedWith!), .. Measure.Compared.Select(m => row.Values[m.Name] is { } e ? Change(e, m.Format) : "-")]));
        if (cells.Any(c => c.Seams is not null))
            Seams(text, settings, cells);
        return text.ToString();
    }

    private static void Seams(StringBuilder text, EvaluationSettings settings, IReadOnlyList<CellScore> cells)
    {
        text.Append("\n### Seams\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Windows of {settings.ClipLength} frames, {settings.AnchorFrames} of them anchors, {settings.WindowOverlap} shared by neighbours. ");
        text.Append("Warp-Err between frames where one window hands over to the next, and between all others.\n\n");
        Table(text, ["clip", "level", "variant", "pairs at seams", "Warp-Err at seams", "Warp-Err elsewhere", "ratio"], cells.Where(c => c.Seams is not null).Select(c => (string[])
            [c.Clip, c.Level, Title(c.Variant), Number(c.Seams!.Count, "0"), Number(c.Seams.Across, "0.00"), Number(c.Seams.Inside, "0.00"), c.Seams.Ratio is { } ratio ? Number(ratio, "0.000") : "-"]));

        static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
    }

    private static void Table(StringBuilder text, string[] head, IEnumerable<string[]> rows)
    {
        foreach (string[] row in (IEnumerable<string[]>)[head, [.. head.Select(_ => "---")], .. rows])
            text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", row)} |\n");
    }

    private static string Title(string variant) => EvaluationVariant.Find(variant)!.Title;

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Interval(Estimate e, string format) => string.Create(
        CultureInfo.InvariantCulture, $"{e.Mean.ToString(format, CultureInfo.InvariantCulture)} [{e.Low.ToString(format, CultureInfo.InvariantCulture)}, {e.High.ToString(format, CultureInfo.InvariantCulture)}]");

    private static string Change(Estimate e, string format)
    {
        string signed = $"+{format};-{format};{format}";
        string text = string.Create(
            CultureInfo.InvariantCulture, $"{e.Mean.ToString(signed, CultureInfo.InvariantCulture)} [{e.Low.ToString(signed, CultureInfo.InvariantCulture)}, {e.High.ToString(signed, CultureInfo.InvariantCulture)}]");
        return e.ExcludesZero ? $"**{text}**" : text;
    }
}
