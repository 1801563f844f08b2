using VideoGrain.Orchestrator.Options;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>What a specification announces to be uploaded.</summary>
internal sealed class UploadChecks(LimitsOptions limits, ViolationList violations)
{
    private const int MaxFrameRate = 240;

    public void Check(EditSpecification specification)
    {
        const string field = $"{SpecificationChecks.Root}.uploads";
        if (specification.Uploads.Count == 0)
            violations.Add(field, "must have at least one entry", ErrorReasons.FieldRequired);

        // A clip, a control map and a mask per region are all that can be of use.
        var most = limits.MaxRegions + 2;
        if (specification.Uploads.Count > most)
            violations.Add(field, $"must have at most {most} entries, has {specification.Uploads.Count}");

        var names = new HashSet<string>(StringComparer.Ordinal);
        decimal total = 0;
        for (var i = 0; i < Math.Min(specification.Uploads.Count, most); i++)
        {
            var upload = specification.Uploads[i];
            CheckUpload($"{field}[{i}]", upload, names);
            total += upload.PartBytes.Sum(bytes => (decimal)bytes);
        }

        if (total > limits.MaxUploadBytes)
            violations.Add(field, $"must have at most {limits.MaxUploadBytes} bytes together, have {total}", SubmissionReasons.UploadTooLarge);

        CheckReferences(specification, names);
    }

    private void CheckUpload(string field, Upload upload, HashSet<string> names)
    {
        if (!Names.IsValid(upload.Name))
            violations.Add($"{field}.name", Names.Rule);
        else if (!names.Add(upload.Name))
            violations.Add($"{field}.name", $"'{upload.Name}' occurs twice", ErrorReasons.NameNotUnique);

        if (upload.Format == UploadFormat.Unspecified)
            violations.Add($"{field}.format", "is required", ErrorReasons.FieldRequired);
        else if (!Enum.IsDefined(upload.Format))
            violations.Add($"{field}.format", SpecificationChecks.Unknown((int)upload.Format));

        CheckParts($"{field}.part_bytes", upload);
        violations.Range($"{field}.frame_rate", upload.FrameRate, 0, MaxFrameRate);
        if (upload.Format == UploadFormat.Raw)
            CheckGeometry($"{field}.raw_geometry", upload.RawGeometry);
    }

    private void CheckParts(string field, Upload upload)
    {
        var most = upload.Format == UploadFormat.PngSequence ? limits.MaxSourceFrames : 1;
        if (upload.PartBytes.Count == 0)
            violations.Add(field, "must have at least one entry", upload.Format == UploadFormat.PngSequence ? ErrorReasons.FrameLimitExceeded : ErrorReasons.FieldRequired);
        else if (upload.PartBytes.Count > most)
            violations.Add(field, $"must have at most {most} entries, has {upload.PartBytes.Count}", ErrorReasons.FrameLimitExceeded);
        if (upload.PartBytes.Contains(0UL))
            violations.Add(field, "a part must have at least one byte", ErrorReasons.OptionOutOfRange);
    }

    private void CheckGeometry(string field, ClipGeometry? geometry)
    {
        if (geometry is null)
        {
            violations.Add(field, "is required for raw frames", ErrorReasons.FieldRequired);
            return;
        }

        violations.Range($"{field}.frame_count", geometry.FrameCount, 1, limits.MaxSourceFrames, ErrorReasons.FrameLimitExceeded);
        if (geometry.Height == 0 || geometry.Width == 0 || (ulong)geometry.Height * geometry.Width > (ulong)limits.MaxSourceFramePixels)
        {
            violations.Add(
                field, $"frames must have 1 to {limits.MaxSourceFramePixels} pixels, not {geometry.Width} x {geometry.Height}", ErrorReasons.FrameSizeInvalid);
        }
    }

    private void CheckReferences(EditSpecification specification, HashSet<string> names)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        if (specification.Clip is { } clip)
            Use($"{SpecificationChecks.Root}.clip.upload", clip.Upload);
        if (specification.Control is { Upload.Length: > 0 } control)
            Use($"{SpecificationChecks.Root}.control.upload", control.Upload);
        for (var i = 0; i < Math.Min(specification.Regions.Count, limits.MaxRegions); i++)
        {
            if (specification.Regions[i].Source?.Mask is { } mask)
                Use($"{SpecificationChecks.Root}.regions[{i}].source.mask.name", mask.Name);
        }

        for (var i = 0; i < Math.Min(specification.Uploads.Count, limits.MaxRegions + 2); i++)
        {
            if (!used.Contains(specification.Uploads[i].Name))
                violations.Add($"{SpecificationChecks.Root}.uploads[{i}]", "is used by nothing in the specification", SubmissionReasons.UploadMismatch);
        }

        void Use(string field, string name)
        {
            used.Add(name);
            if (!names.Contains(name))
                violations.Add(field, name.Length == 0 ? "is required" : "names no upload of the specification", SubmissionReasons.UploadMismatch);
        }
    }
}
