namespace VideoGrain.Orchestrator.Persistence;

/// <summary>The database could not be reached for longer than a call waits.</summary>
/// <param name="message">What was tried.</param>
/// <param name="inner">The last error.</param>
public sealed class DatabaseUnavailableException(string message, Exception? inner) : Exception(message, inner);
