namespace VideoGrain.Segmentation.Models;

/// <summary>A box in pixels of a frame.</summary>
internal readonly record struct FrameBox(double Left, double Top, double Right, double Bottom)
{
    public double Area => Math.Max(0, Right - Left) * Math.Max(0, Bottom - Top);

    /// <summary>Whether a pixel's centre lies inside.</summary>
    public bool Contains(int x, int y) => x + 0.5 >= Left && x + 0.5 <= Right && y + 0.5 >= Top && y + 0.5 <= Bottom;

    /// <summary>Intersection over union; 0 when both are empty.</summary>
    public double Overlap(FrameBox other)
    {
        var common = new FrameBox(
            Math.Max(Left, other.Left), Math.Max(Top, other.Top), Math.Min(Right, other.Right), Math.Min(Bottom, other.Bottom)).Area;
        var union = Area + other.Area - common;
        return union > 0 ? common / union : 0;
    }
}
