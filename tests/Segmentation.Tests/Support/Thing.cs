using VideoGrain.Media;

namespace VideoGrain.Segmentation.Tests.Support;

/// <summary>Something that moves through a scene.</summary>
/// <param name="Class">Its class.</param>
/// <param name="Colour">Its colour.</param>
/// <param name="Size">Its width and height in pixels.</param>
/// <param name="IsRound">A disc, else a square.</param>
/// <param name="Path">Its centre in each frame.</param>
internal sealed record Thing(string Class, Colour Colour, double Size, bool IsRound, Func<int, (double X, double Y)> Path)
{
    public bool Covers(int frame, int x, int y)
    {
        var (cx, cy) = Path(frame);
        var (dx, dy) = (Math.Abs(x + 0.5 - cx), Math.Abs(y + 0.5 - cy));
        return IsRound ? double.Hypot(dx, dy) < Size / 2 : Math.Max(dx, dy) < Size / 2;
    }
}
