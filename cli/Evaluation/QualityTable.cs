namespace VideoGrain.Cli.Evaluation;

/// <summary>Sums up cells: means over clips with intervals, and differences between variants paired clip by clip.</summary>
internal static class QualityTable
{
    /// <summary>The level that stands for the mean of all.</summary>
    public const string AllLevels = "all levels";

    /// <summary>Each variant's own values.</summary>
    public static IReadOnlyList<QualityRow> Means(IReadOnlyList<CellScore> cells) =>
        [.. Levels(cells).SelectMany(level => Present(cells).Select(variant => new QualityRow(
            level, variant.Name, null, Measure.All.ToDictionary(m => m.Name, m => Estimate.Of([.. ByClip(cells, level, variant.Name, m).Values])))))];

    /// <summary>Differences to the variant that each is compared with, over the clips that have both.</summary>
    public static IReadOnlyList<QualityRow> Differences(IReadOnlyList<CellScore> cells) =>
        [.. Levels(cells).SelectMany(level => Present(cells)
            .Where(v => v.ComparedWith is not null && cells.Any(c => c.Variant == v.ComparedWith))
            .Select(variant => new QualityRow(
                level, variant.Name, variant.ComparedWith,
                Measure.Compared.ToDictionary(m => m.Name, m => Difference(cells, level, variant, m)))))];

    private static Estimate? Difference(IReadOnlyList<CellScore> cells, string level, EvaluationVariant variant, Measure measure)
    {
        Dictionary<string, double> other = ByClip(cells, level, variant.ComparedWith!, measure);
        return Estimate.Of([.. ByClip(cells, level, variant.Name, measure).Where(c => other.ContainsKey(c.Key)).Select(c => c.Value - other[c.Key])]);
    }

    // A clip counts once: the mean of its levels.
    private static Dictionary<string, double> ByClip(IReadOnlyList<CellScore> cells, string level, string variant, Measure measure) =>
        cells.Where(c => c.Variant == variant && (level == AllLevels || c.Level == level) && measure.Of(c) is not null)
            .GroupBy(c => c.Clip, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Average(c => measure.Of(c)!.Value));

    private static IEnumerable<EvaluationVariant> Present(IReadOnlyList<CellScore> cells) => EvaluationVariant.All.Where(v => cells.Any(c => c.Variant == v.Name));

    private static IEnumerable<string> Levels(IReadOnlyList<CellScore> cells)
    {
        string[] present = [.. EvaluationSettings.AllLevels.Where(l => cells.Any(c => c.Level == l))];
        return present.Length > 1 ? [.. present, AllLevels] : present;
    }
}
