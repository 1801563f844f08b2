namespace VideoGrain.Cli.Chaos.History;

/// <summary>A fault as it was injected.</summary>
/// <param name="At">The recorder's clock.</param>
/// <param name="Seconds">Seconds from the start of the recording.</param>
/// <param name="Text">What was done to what.</param>
internal sealed record FaultRecord(long At, double Seconds, string Text);
