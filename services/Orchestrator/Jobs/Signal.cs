namespace VideoGrain.Orchestrator.Jobs;

/// <summary>News for other replicas.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="JobId">To which job; empty where none is named.</param>
internal readonly record struct Signal(SignalKind Kind, string JobId);
