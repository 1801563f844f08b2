using VideoGrain.Media;
using VideoGrain.Media.Resizing;

namespace VideoGrain.Segmentation.Models;

/// <summary>
/// Windows of a network's size that cover a frame of another aspect ratio: the frame is scaled until it just covers the network's
/// input, and windows that overlap by half follow each other along the longer side. So objects keep their shape and the size that
/// the network knows.
/// </summary>
internal sealed class FrameWindows
{
    // Windows begin at multiples of this, so that they fall in step with outputs that are this much coarser than the input.
    private const int Step = 8;

    // A frame longer than these windows cover is squeezed: the work for a frame stays bounded.
    private const int MostWindows = 8;

    private readonly Frame _scaled;

    private FrameWindows(Frame scaled, InputProfile input)
    {
        (_scaled, Input) = (scaled, input);
        Places = [.. from top in Starts(scaled.Height, input.Height) from left in Starts(scaled.Width, input.Width) select (left, top)];
    }

    /// <summary>How the network takes a window.</summary>
    public InputProfile Input { get; }

    /// <summary>Left and top edges of the windows in the scaled frame.</summary>
    public IReadOnlyList<(int Left, int Top)> Places { get; }

    /// <summary>Columns of the scaled frame, the network's or more.</summary>
    public int Width => _scaled.Width;

    /// <summary>Rows of the scaled frame, the network's or more.</summary>
    public int Height => _scaled.Height;

    public static FrameWindows Of(Frame frame, InputProfile input)
    {
        var scale = Math.Max((double)input.Width / frame.Width, (double)input.Height / frame.Height);
        var (width, height) = (Side(frame.Width * scale, input.Width), Side(frame.Height * scale, input.Height));
        return new FrameWindows(frame.Resize(width, height, ResizeFilter.BilinearAntialiased), input);
    }

    /// <summary>What a window shows, in the network's size.</summary>
    public ModelInput Cut((int Left, int Top) place)
    {
        var (row, rgb) = (Input.Width * Frame.Channels, new byte[Input.Width * Input.Height * Frame.Channels]);
        for (var y = 0; y < Input.Height; y++)
        {
            var start = (((place.Top + y) * Width) + place.Left) * Frame.Channels;
            _scaled.Rgb.AsSpan(start, row).CopyTo(rgb.AsSpan(y * row));
        }

        return ModelInput.Of(new Frame(Input.Width, Input.Height, rgb), Input);
    }

    private static int Side(double wanted, int window)
    {
        var beyond = Math.Min(wanted - window, (MostWindows - 1) * window / 2.0);
        return window + Math.Max(0, (int)Math.Round(beyond / Step) * Step);
    }

    private static int[] Starts(int side, int window)
    {
        var beyond = side - window;
        var gaps = (int)Math.Ceiling(beyond / (window / 2.0));
        return [.. Enumerable.Range(0, gaps + 1).Select(i => gaps == 0 ? 0 : (int)Math.Round((double)beyond * i / gaps / Step) * Step)];
    }
}
