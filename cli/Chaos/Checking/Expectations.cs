namespace VideoGrain.Cli.Chaos.Checking;

/// <summary>What a history is held to besides the model of a job.</summary>
/// <param name="MayFailAs">Reasons for which any edit may fail, because the faults of the run leave no other way.</param>
/// <param name="Complete">Whether the history was recorded until every edit had ended.</param>
internal sealed record Expectations(IReadOnlyCollection<string> MayFailAs, bool Complete = true);
