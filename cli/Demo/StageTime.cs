namespace VideoGrain.Cli.Demo;

/// <summary>Time that an edit spent in a stage.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Seconds">Wall time, retries included.</param>
/// <param name="Cached">Whether the result came from the cache.</param>
/// <param name="Retries">How often the stage was tried again.</param>
internal sealed record StageTime(string Stage, double Seconds, bool Cached, uint Retries);
