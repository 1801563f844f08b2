namespace VideoGrain.Segmentation.Regions;

/// <summary>Pixels of one row that follow each other.</summary>
/// <param name="Start">Index of the first, row by row.</param>
/// <param name="End">Index behind the last.</param>
internal readonly record struct PixelRun(int Start, int End)
{
    /// <summary>Number of pixels.</summary>
    public int Length => End - Start;
}
