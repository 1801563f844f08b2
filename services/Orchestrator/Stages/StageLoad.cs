namespace VideoGrain.Orchestrator.Stages;

/// <summary>What an address of a stage says of itself.</summary>
/// <param name="Running">Jobs that run on it.</param>
/// <param name="Capacity">Jobs that may.</param>
internal readonly record struct StageLoad(int Running, int Capacity);
