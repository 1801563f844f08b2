using System.Globalization;
using VideoGrain.Media;
using VideoGrain.Media.Resizing;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>How frames of one size become frames of the edit's size: scaled first, then cut about the centre.</summary>
/// <param name="SourceWidth">Columns before.</param>
/// <param name="SourceHeight">Rows before.</param>
/// <param name="ScaledWidth">Columns after scaling.</param>
/// <param name="ScaledHeight">Rows after scaling.</param>
/// <param name="Width">Columns of the result.</param>
/// <param name="Height">Rows of the result.</param>
internal sealed record FrameFit(int SourceWidth, int SourceHeight, int ScaledWidth, int ScaledHeight, int Width, int Height)
{
    private const string Field = $"{SpecificationChecks.Root}.clip";

    /// <summary>Plans the way from a clip's size to the wanted one.</summary>
    /// <param name="wanted">What the specification asks for.</param>
    /// <param name="width">Columns of the clip.</param>
    /// <param name="height">Rows of the clip.</param>
    /// <param name="multiple">Sides must be multiples of this.</param>
    /// <param name="mostPixels">Most pixels of a frame on the way, before it is cut.</param>
    /// <param name="violations">Takes what is impossible.</param>
    public static FrameFit Plan(ClipSource wanted, int width, int height, int multiple, long mostPixels, ViolationList violations)
    {
        var (toWidth, toHeight) = (Wanted(wanted.Width, width, multiple), Wanted(wanted.Height, height, multiple));
        if (toWidth == 0 || toHeight == 0)
        {
            violations.Add(Field, $"{width} x {height} pixels are fewer than {multiple} in one direction", ErrorReasons.FrameSizeInvalid);
            return new(width, height, width, height, width, height);
        }

        if (wanted.Resize == ResizeMode.None)
        {
            if ((wanted.Width == 0 && toWidth != width) || (wanted.Height == 0 && toHeight != height))
                violations.Add(Field, $"sides must be multiples of {multiple} when frames are not resized; the clip has {width} x {height}", ErrorReasons.FrameSizeInvalid);
            else if ((toWidth, toHeight) != (width, height))
                violations.Add(Field, $"frames are not to be resized, but the clip has {width} x {height} and {toWidth} x {toHeight} is wanted", ErrorReasons.FrameSizeInvalid);

            return new(width, height, width, height, width, height);
        }

        if (wanted.Resize == ResizeMode.Stretch)
        {
            CheckScaled(width, height, toWidth, toHeight, mostPixels, violations);
            return new(width, height, toWidth, toHeight, toWidth, toHeight);
        }

        // Rounding the clip's own size down to a multiple only cuts: scaling by a hair would blur every frame.
        if (wanted.Width == 0 && wanted.Height == 0)
            return new(width, height, width, height, toWidth, toHeight);

        var scale = Math.Max((double)toWidth / width, (double)toHeight / height);
        var (scaledWidth, scaledHeight) = (Math.Max(toWidth, Math.Round(width * scale)), Math.Max(toHeight, Math.Round(height * scale)));
        CheckScaled(width, height, scaledWidth, scaledHeight, mostPixels, violations);
        return new(width, height, (int)scaledWidth, (int)scaledHeight, toWidth, toHeight);
    }

    /// <summary>Brings a frame of the source's size to the result's.</summary>
    public Frame Apply(Frame frame, ResizeFilter filter)
    {
        var scaled = frame.Resize(ScaledWidth, ScaledHeight, filter);
        return (scaled.Width, scaled.Height) == (Width, Height)
            ? scaled
            : scaled.Crop((ScaledWidth - Width) / 2, (ScaledHeight - Height) / 2, Width, Height);
    }

    // Columns are scaled before rows, so that what lies between has the new columns and the old rows. Both can be far larger than what is cut out in the end.
    private static void CheckScaled(int width, int height, double scaledWidth, double scaledHeight, long mostPixels, ViolationList violations)
    {
        var pixels = scaledWidth * Math.Max(height, scaledHeight);
        if (pixels > mostPixels)
        {
            violations.Add(
                Field,
                string.Create(CultureInfo.InvariantCulture, $"scaling frames of {width} x {height} takes {pixels:F0} pixels on the way, at most {mostPixels} are allowed; cut them to about the wanted shape first"),
                ErrorReasons.FrameSizeInvalid);
        }
    }

    private static int Wanted(uint side, int own, int multiple) => side == 0 ? own / multiple * multiple : (int)side;
}
