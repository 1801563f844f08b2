namespace VideoGrain.Cli.Capacity;

/// <summary>What became of one stage's GPUs in a simulation.</summary>
/// <param name="Gpus">GPUs held in the mean.</param>
/// <param name="Utilization">Share of the held GPU time that was worked, 0 to 1.</param>
/// <param name="Waits">Waits for one of them.</param>
internal sealed record StageUse(double Gpus, double Utilization, Waits Waits);
