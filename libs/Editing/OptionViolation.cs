namespace VideoGrain.Editing;

/// <summary>One thing wrong with a request.</summary>
/// <param name="Field">Path of the field, in the contract's spelling: "guidance_scale", "regions[1].phrase".</param>
/// <param name="Message">What is wrong and which limit holds.</param>
/// <param name="Reason">Stable reason code, see <see cref="EditReasons"/>.</param>
public readonly record struct OptionViolation(string Field, string Message, string Reason = EditReasons.OptionOutOfRange);
