using VideoGrain.Media;

namespace VideoGrain.Segmentation.Requests;

/// <summary>The frames of a call, in one buffer as they came.</summary>
/// <param name="count">Number of frames.</param>
/// <param name="height">Rows of a frame.</param>
/// <param name="width">Columns of a frame.</param>
/// <param name="rgb">(count, height, width, 3).</param>
internal sealed class ClipData(int count, int height, int width, byte[] rgb)
{
    public int Count { get; } = count;

    public int Height { get; } = height;

    public int Width { get; } = width;

    /// <summary>A copy of one frame.</summary>
    public Frame this[int index]
    {
        get
        {
            var bytes = Height * Width * Frame.Channels;
            return new Frame(Width, Height, rgb.AsSpan(index * bytes, bytes).ToArray());
        }
    }
}
