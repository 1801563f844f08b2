using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Segmentation.Requests;

/// <summary>Checks a segmentation's header before any tensor is read.</summary>
internal static class SegmentHeaderValidator
{
    private const int MaxTextLength = 200;
    private const int MaxThreshold = 255;
    private const int MaxGrow = 256;
    private const int MaxCleanUpRadius = 32;

    /// <exception cref="VideoGrainException">INVALID_ARGUMENT with everything that is wrong.</exception>
    public static void Validate(SegmentVideoHeader header, SegmentationOptions options)
    {
        var violations = new ViolationList();
        violations.CheckJob(header.JobId, header.Model);
        violations.CheckGeometry(header.Geometry, options);
        CheckLayout(header, options, violations);
        violations.Range("header.clean_up_radius", header.CleanUpRadius, 0, MaxCleanUpRadius);
        violations.Range("header.min_area", header.MinArea, 0, 1);
        if (header.Regions.Count == 0)
            violations.Add("header.regions", "at least one region is required", ErrorReasons.FieldRequired);
        if (header.Regions.Count > options.MaxRegions)
            violations.Add("header.regions", $"{header.Regions.Count} regions, at most {options.MaxRegions} are allowed", ErrorReasons.RegionLimitExceeded);

        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < header.Regions.Count && i < options.MaxRegions; i++)
        {
            var field = $"header.regions[{i}]";
            var region = header.Regions[i];
            if (!HeaderChecks.IsRegionId(region.Id))
                violations.Add($"{field}.id", "must be 1 to 64 characters of a-z, A-Z, 0-9, '_', '-', '.'");
            else if (!ids.Add(region.Id))
                violations.Add($"{field}.id", $"'{region.Id}' occurs twice", ErrorReasons.NameNotUnique);
            CheckSource(region.Source, header.Geometry, $"{field}.source", violations);
        }

        violations.ThrowIfAny();

        // Within the other limits by now, so that the product cannot overflow.
        var bytes = (long)header.Geometry.FrameCount * header.Geometry.Height * header.Geometry.Width * header.Regions.Count;
        if (bytes > options.MaxMaskBytes)
        {
            throw VideoGrainException.Invalid(
                "header.regions", $"the masks have {bytes} bytes in all, at most {options.MaxMaskBytes} are allowed", ErrorReasons.RegionLimitExceeded);
        }
    }

    private static void CheckLayout(SegmentVideoHeader header, SegmentationOptions options, ViolationList violations)
    {
        if ((header.LayoutRows == 0) != (header.LayoutColumns == 0))
            violations.Add("header.layout_rows", "layout_rows and layout_columns are both 0 or both above 0");
        else if ((ulong)header.LayoutRows * header.LayoutColumns > (ulong)options.MaxLayoutCells)
            violations.Add("header.layout_rows", $"a layout has at most {options.MaxLayoutCells} cells", ErrorReasons.OptionOutOfRange);
    }

    private static void CheckSource(RegionSource? source, ClipGeometry? geometry, string field, ViolationList violations)
    {
        violations.Range($"{field}.grow", source?.Grow ?? 0, 0, MaxGrow);
        if (source is { Grow: > 0, SourceCase: RegionSource.SourceOneofCase.WholeFrame or RegionSource.SourceOneofCase.Background })
            violations.Add($"{field}.grow", "has no meaning for a whole frame or a background", ErrorReasons.OptionOutOfRange);
        switch (source?.SourceCase ?? RegionSource.SourceOneofCase.None)
        {
            case RegionSource.SourceOneofCase.None:
                violations.Add(field, "is required", ErrorReasons.FieldRequired);
                break;
            case RegionSource.SourceOneofCase.Mask:
                violations.Range($"{field}.mask.threshold", source!.Mask.Threshold, 0, MaxThreshold);
                break;
            case RegionSource.SourceOneofCase.ObjectClass:
                CheckText($"{field}.object_class.name", source!.ObjectClass.Name, HeaderChecks.MaxNameLength, violations);
                break;
            case RegionSource.SourceOneofCase.Instance:
                CheckText($"{field}.instance.class_name", source!.Instance.ClassName, HeaderChecks.MaxNameLength, violations);
                break;
            case RegionSource.SourceOneofCase.Text:
                CheckText($"{field}.text.text", source!.Text.Text, MaxTextLength, violations);
                break;
            case RegionSource.SourceOneofCase.Point when geometry != null:
                CheckPoint(source!.Point, geometry, $"{field}.point", violations);
                break;
            case RegionSource.SourceOneofCase.Box when geometry != null:
                CheckBox(source!.Box, geometry, $"{field}.box", violations);
                break;
            case RegionSource.SourceOneofCase.Noun:
                violations.Add($"{field}.noun", "regions by noun come from ClusterInversion, which has the inversion's attention");
                break;
        }
    }

    private static void CheckText(string field, string text, int most, ViolationList violations)
    {
        if (string.IsNullOrWhiteSpace(text))
            violations.Add(field, "is required", ErrorReasons.FieldRequired);
        violations.MaxLength(field, text, most);
    }

    private static void CheckPoint(PointQuery point, ClipGeometry geometry, string field, ViolationList violations)
    {
        violations.Range($"{field}.frame", point.Frame, 0, geometry.FrameCount - 1.0);
        violations.Range($"{field}.x", point.X, 0, geometry.Width - 1.0);
        violations.Range($"{field}.y", point.Y, 0, geometry.Height - 1.0);
    }

    private static void CheckBox(BoxQuery box, ClipGeometry geometry, string field, ViolationList violations)
    {
        violations.Range($"{field}.frame", box.Frame, 0, geometry.FrameCount - 1.0);
        violations.Range($"{field}.left", box.Left, 0, geometry.Width);
        violations.Range($"{field}.top", box.Top, 0, geometry.Height);
        violations.Range($"{field}.right", box.Right, 0, geometry.Width);
        violations.Range($"{field}.bottom", box.Bottom, 0, geometry.Height);
        if (!(box.Right > box.Left && box.Bottom > box.Top))
            violations.Add(field, "right must be above left, and bottom above top", ErrorReasons.OptionOutOfRange);
    }
}
