namespace VideoGrain.Media.Pictures;

/// <summary>Colours for regions that can be told apart.</summary>
public static class RegionColours
{
    private static readonly Colour[] Palette =
    [
        new(230, 25, 75), new(60, 180, 75), new(0, 130, 200), new(245, 130, 48), new(145, 30, 180), new(70, 240, 240), new(240, 50, 230), new(210, 245, 60),
    ];

    /// <summary>The colour of a region.</summary>
    /// <param name="region">Index, from 0; colours repeat after eight.</param>
    /// <returns>The colour.</returns>
    public static Colour Of(int region)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(region);
        return Palette[region % Palette.Length];
    }
}
