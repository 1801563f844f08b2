using System.Globalization;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using Duration = Google.Protobuf.WellKnownTypes.Duration;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>Everything about a specification that can be judged without its uploads: all that is wrong is found, not the first.</summary>
internal sealed class SpecificationChecks(IOptions<LimitsOptions> options)
{
    /// <summary>Path of the message that the fields stand in.</summary>
    public const string Root = "specification";

    /// <summary>Most labels of an edit.</summary>
    public const int MaxLabels = 16;

    private const int MaxRequestId = 128;
    private const int MaxDisplayName = 200;
    private const int MaxLabelKey = 64;
    private const int MaxLabelValue = 256;
    private const int MaxModelName = 64;
    private const int MaxFrameRate = 240;

    // A year.
    private const long MaxQueueSeconds = 365L * 24 * 60 * 60;

    // The markers of begin and end take two of the 77; every word is one token or more.
    private const int MaxWords = 75;

    private LimitsOptions Limits => options.Value;

    /// <summary>Finds what is wrong.</summary>
    public ViolationList Check(EditSpecification specification)
    {
        var violations = new ViolationList();
        violations.MaxLength($"{Root}.request_id", specification.RequestId, MaxRequestId);
        violations.MaxLength($"{Root}.display_name", specification.DisplayName, MaxDisplayName);
        violations.MaxLength($"{Root}.model", specification.Model, MaxModelName);
        CheckLabels(specification, violations);
        CheckPrompts(specification, violations);
        CheckClip(specification, violations);
        new UploadChecks(Limits, violations).Check(specification);
        new RegionChecks(Limits, violations).Check(specification);
        OptionChecks.Check(specification, Limits, violations);
        CheckOutput(specification.Output, violations);
        if (!specification.RequestId.IsStorable())
            violations.Add($"{Root}.request_id", StorableText.Rule);
        if (specification.QueueTimeout is { } timeout && !IsWait(timeout))
            violations.Add($"{Root}.queue_timeout", $"must be above 0 and at most {MaxQueueSeconds} s", ErrorReasons.OptionOutOfRange);
        if (!Enum.IsDefined(specification.Priority))
            violations.Add($"{Root}.priority", Unknown((int)specification.Priority));

        return violations;
    }

    // On the wire a duration is two numbers that need not make one.
    private static bool IsWait(Duration timeout) =>
        timeout is { Seconds: >= 0 and <= MaxQueueSeconds, Nanos: >= 0 and < Duration.NanosecondsPerSecond } && (timeout.Seconds > 0 || timeout.Nanos > 0);

    private static void CheckLabels(EditSpecification specification, ViolationList violations)
    {
        if (specification.Labels.Count > MaxLabels)
            violations.Add($"{Root}.labels", $"must have at most {MaxLabels} entries, has {specification.Labels.Count}");

        foreach (var (key, value) in specification.Labels.Take(MaxLabels))
        {
            if (key.Length is 0 or > MaxLabelKey)
                violations.Add($"{Root}.labels", $"keys must have 1 to {MaxLabelKey} characters, one has {key.Length}");
            else if (!key.IsStorable() || !value.IsStorable())
                violations.Add($"{Root}.labels", StorableText.Rule);
            else
                violations.MaxLength($"{Root}.labels[{key}]", value, MaxLabelValue);
        }
    }

    private void CheckPrompts(EditSpecification specification, ViolationList violations)
    {
        if (string.IsNullOrWhiteSpace(specification.TargetPrompt))
            violations.Add($"{Root}.target_prompt", "must not be empty", ErrorReasons.FieldRequired);

        CheckPrompt("source_prompt", specification.SourcePrompt, violations);
        CheckPrompt("target_prompt", specification.TargetPrompt, violations);
        CheckPrompt("negative_prompt", specification.NegativePrompt, violations);
    }

    private void CheckPrompt(string field, string prompt, ViolationList violations)
    {
        violations.MaxLength($"{Root}.{field}", prompt, Limits.MaxPromptLength);
        var words = Phrases.CountWords(prompt);
        if (words > MaxWords)
            violations.Add($"{Root}.{field}", $"has {words} words; a prompt has at most {MaxWords} tokens between its markers", ErrorReasons.TokensExceedLimit);
    }

    private void CheckClip(EditSpecification specification, ViolationList violations)
    {
        const string field = $"{Root}.clip";
        if (specification.Clip is not { } clip)
        {
            violations.Add(field, "is required", ErrorReasons.FieldRequired);
            return;
        }

        if (clip.FrameCount > Limits.MaxFrames)
            violations.Add($"{field}.frame_count", $"must be at most {Limits.MaxFrames}, is {clip.FrameCount}", ErrorReasons.FrameLimitExceeded);
        if (clip.StartFrame >= Limits.MaxSourceFrames)
            violations.Add($"{field}.start_frame", $"must be below {Limits.MaxSourceFrames}, is {clip.StartFrame}", ErrorReasons.FrameLimitExceeded);
        if (clip.FrameStride > Limits.MaxSourceFrames)
            violations.Add($"{field}.frame_stride", $"must be at most {Limits.MaxSourceFrames}, is {clip.FrameStride}", ErrorReasons.FrameLimitExceeded);
        CheckSide($"{field}.height", clip.Height, violations);
        CheckSide($"{field}.width", clip.Width, violations);
        if ((ulong)clip.Height * clip.Width > (ulong)Limits.MaxFramePixels)
        {
            violations.Add(
                field, $"frames must have at most {Limits.MaxFramePixels} pixels, {clip.Width} x {clip.Height} has {(ulong)clip.Height * clip.Width}",
                ErrorReasons.FrameSizeInvalid);
        }

        if (!Enum.IsDefined(clip.Resize))
            violations.Add($"{field}.resize", Unknown((int)clip.Resize));
    }

    private void CheckSide(string field, uint side, ViolationList violations)
    {
        // The other side may be the clip's own, so that a side must make sense by itself.
        if (side > Math.Min(Limits.MaxFramePixels, int.MaxValue))
            violations.Add(field, $"must be at most {Math.Min(Limits.MaxFramePixels, int.MaxValue)}, is {side}", ErrorReasons.FrameSizeInvalid);
        else if (side % Limits.PixelsPerLatent != 0)
            violations.Add(field, $"must be a multiple of {Limits.PixelsPerLatent}, is {side}", ErrorReasons.FrameSizeInvalid);
    }

    private static void CheckOutput(OutputOptions? output, ViolationList violations)
    {
        if (output is not null)
            violations.Range($"{Root}.output.frame_rate", output.FrameRate, 0, MaxFrameRate);
    }

    /// <summary>Says that an enumeration has no such value.</summary>
    internal static string Unknown(int value) => string.Create(CultureInfo.InvariantCulture, $"unknown value {value}");
}
