namespace VideoGrain.ServiceDefaults.Contract;

/// <summary>Where the fields that the editing library names stand in the contract's messages.</summary>
public static class FieldPaths
{
    private const string Tensor = "tensor";

    /// <summary>Path in the contract.</summary>
    /// <param name="message">Path of the message that holds the options, such as "header" or "specification".</param>
    /// <param name="field">The library's name, such as "guidance_scale" or "regions[1].phrase".</param>
    public static string Of(string message, string field)
    {
        if (field.Length == 0) return message;
        if (field.StartsWith("flatten_divisors", StringComparison.Ordinal))
            return $"{message}.options.flatten_divisors.divisors{field["flatten_divisors".Length..]}";
        if (field.StartsWith("regions", StringComparison.Ordinal) || field is "source_prompt" or "negative_prompt") return $"{message}.{field}";
        return field switch
        {
            "prompt" => $"{message}.target_prompt",
            "clip" => $"{message}.geometry",
            "control_type" => $"{message}.control.type",
            "control_scale" => $"{message}.control.conditioning_scale",
            "preview_interval" => $"{message}.preview_every",
            "record_attention" => $"{message}.return_attention",
            "resume.steps_done" => $"{message}.resume_steps_done",
            "control" or "flow" or "inverted" or "source" or "resume.latents" or "posterior_noise" => Tensor,
            _ when field.StartsWith("trajectory", StringComparison.Ordinal) => Tensor,
            _ => $"{message}.options.{field}",
        };
    }
}
