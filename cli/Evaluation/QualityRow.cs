namespace VideoGrain.Cli.Evaluation;

/// <summary>A row of the quality table.</summary>
/// <param name="Level">The level, or <see cref="QualityTable.AllLevels"/>.</param>
/// <param name="Variant">The variant.</param>
/// <param name="ComparedWith">The variant that the values are differences to, paired clip by clip; null where they are the variant's own.</param>
/// <param name="Values">Estimates by name of the measure; null where no clip has a value.</param>
internal sealed record QualityRow(string Level, string Variant, string? ComparedWith, IReadOnlyDictionary<string, Estimate?> Values);
