namespace VideoGrain.Cli.Chaos.Checking;

/// <summary>A promise that a history shows to be broken.</summary>
/// <param name="Rule">Name of the rule.</param>
/// <param name="Subject">The edit, or the request, that it happened to.</param>
/// <param name="Message">What happened, for people.</param>
/// <param name="Calls">Numbers of the calls that show it.</param>
internal sealed record Breach(string Rule, string Subject, string Message, params IReadOnlyList<long> Calls);
