namespace VideoGrain.Cli.Evaluation;

/// <summary>A column of the quality table.</summary>
/// <param name="Name">Name in <c>quality.json</c>.</param>
/// <param name="Title">Name in the table.</param>
/// <param name="Format">Number format.</param>
/// <param name="Of">Reads it from a cell; null where a cell lacks it.</param>
internal sealed record Measure(string Name, string Title, string Format, Func<CellScore, double?> Of)
{
    /// <summary>Region accuracy.</summary>
    public static Measure RegionAccuracy { get; } = new("all_right", "all right", "0.00", c => c.All);

    /// <summary>All columns, in the order of the table.</summary>
    public static IReadOnlyList<Measure> All { get; } =
    [
        RegionAccuracy,
        new("shape", "shape", "0.00", c => c.Shape),
        new("colour", "colour", "0.00", c => c.Colour),
        new("part", "part", "0.00", c => c.Part),
        new("background", "background", "0.00", c => c.Background),
        new("background_psnr", "PSNR dB", "0.0", c => c.BackgroundPsnr),
        new("clip_f", "CLIP-F", "0.0", c => c.ClipFrames),
        new("clip_t", "CLIP-T", "0.0", c => c.ClipText),
        new("warp_error", "Warp-Err", "0.00", c => c.WarpError),
        new("q_edit", "Q-edit", "0.0", c => c.EditQuality),
    ];

    /// <summary>The columns whose differences are listed.</summary>
    public static IReadOnlyList<Measure> Compared { get; } = [.. All.Where(m => m.Name is "all_right" or "background_psnr" or "clip_t" or "warp_error" or "q_edit")];
}
