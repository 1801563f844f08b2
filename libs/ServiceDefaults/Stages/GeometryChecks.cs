using System.Globalization;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.ServiceDefaults.Stages;

/// <summary>Checks a clip's size against a stage's limits and a model.</summary>
public static class GeometryChecks
{
    /// <summary>Adds everything that is wrong with a clip's size.</summary>
    /// <param name="violations">Takes the findings.</param>
    /// <param name="field">Path of the geometry.</param>
    /// <param name="geometry">The size; null is a finding.</param>
    /// <param name="limits">The stage's limits.</param>
    /// <param name="pixelsPerLatent">What the sides must be multiples of, 1 or more.</param>
    /// <returns>Whether the geometry can be used.</returns>
    public static bool Check(ViolationList violations, string field, ClipGeometry? geometry, StageLimitsOptions limits, int pixelsPerLatent)
    {
        if (geometry is null)
        {
            violations.Add(field, "is required", ErrorReasons.FieldRequired);
            return false;
        }

        var before = violations.Found;
        if (geometry.FrameCount < 1 || geometry.FrameCount > limits.MaxFrames)
            violations.Add($"{field}.frame_count", Text($"must be from 1 to {limits.MaxFrames}, got {geometry.FrameCount}"), ErrorReasons.FrameLimitExceeded);
        Side(violations, $"{field}.height", geometry.Height, pixelsPerLatent);
        Side(violations, $"{field}.width", geometry.Width, pixelsPerLatent);

        // 32-bit factors: the product of three may pass 64 bits, so each step is compared before the next.
        var framePixels = (ulong)geometry.Height * geometry.Width;
        if (framePixels > (ulong)limits.MaxFramePixels)
            violations.Add(field, Text($"a frame may have {limits.MaxFramePixels} pixels, got {framePixels}"), ErrorReasons.FrameSizeInvalid);
        else if (framePixels * geometry.FrameCount > (ulong)limits.MaxClipPixels)
            violations.Add(field, Text($"a clip may have {limits.MaxClipPixels} pixels, got {framePixels * geometry.FrameCount}"), ErrorReasons.FrameLimitExceeded);
        return violations.Found == before;
    }

    private static void Side(ViolationList violations, string field, uint value, int multiple)
    {
        if (value == 0 || value % multiple != 0)
            violations.Add(field, Text($"must be a multiple of {multiple} and above 0, got {value}"), ErrorReasons.FrameSizeInvalid);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
