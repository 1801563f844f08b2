namespace VideoGrain.ServiceDefaults.Errors;

/// <summary>One thing wrong with a request.</summary>
/// <param name="Field">Path of the field in the contract's spelling, such as "header.regions[1].phrase".</param>
/// <param name="Description">What is wrong and which limit holds, for people.</param>
/// <param name="Reason">Stable reason, see <see cref="ErrorReasons"/>.</param>
public readonly record struct Violation(string Field, string Description, string Reason);
