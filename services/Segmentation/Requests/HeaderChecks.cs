using System.Text.RegularExpressions;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Segmentation.Requests;

/// <summary>Checks that the headers of several calls share. Everything wrong is collected, so that it is reported at once.</summary>
internal static partial class HeaderChecks
{
    public const int MaxJobIdLength = 128;
    public const int MaxNameLength = 64;

    public static void CheckJob(this ViolationList violations, string jobId, string model)
    {
        violations.MaxLength("header.job_id", jobId, MaxJobIdLength);
        violations.MaxLength("header.model", model, MaxNameLength);
    }

    /// <summary>Checks a clip's size against the limits, widening before multiplying: the numbers are the caller's.</summary>
    public static void CheckGeometry(this ViolationList violations, ClipGeometry? geometry, SegmentationOptions options, int leastFrames = 1)
    {
        const string Field = "header.geometry";
        if (geometry == null)
        {
            violations.Add(Field, "is required", ErrorReasons.FieldRequired);
            return;
        }

        violations.Range($"{Field}.frame_count", geometry.FrameCount, leastFrames, options.MaxFrames, ErrorReasons.FrameLimitExceeded);
        if (geometry.Height == 0 || geometry.Width == 0)
        {
            violations.Add(Field, $"height and width must be 1 or more, got {geometry.Height} and {geometry.Width}", ErrorReasons.FrameSizeInvalid);
            return;
        }

        var framePixels = (ulong)geometry.Height * geometry.Width;
        if (framePixels > (ulong)options.MaxFramePixels)
            violations.Add(Field, $"a frame has {framePixels} pixels, at most {options.MaxFramePixels} are allowed", ErrorReasons.FrameLimitExceeded);
        else if (framePixels * geometry.FrameCount > (ulong)options.MaxClipPixels)
            violations.Add(Field, $"the clip has {framePixels * geometry.FrameCount} pixels, at most {options.MaxClipPixels} are allowed", ErrorReasons.FrameLimitExceeded);
    }

    public static bool IsRegionId(string id) => RegionId().IsMatch(id);

    [GeneratedRegex(@"\A[a-zA-Z0-9_.\-]{1,64}\z")]
    private static partial Regex RegionId();
}
