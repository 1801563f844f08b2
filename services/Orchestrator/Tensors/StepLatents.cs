namespace VideoGrain.Orchestrator.Tensors;

/// <summary>The tensor of a step, in memory.</summary>
/// <param name="StepsDone">Steps done with it, from 1.</param>
/// <param name="Timestep">Its diffusion timestep.</param>
/// <param name="Header">Its type and shape.</param>
/// <param name="Data">Its bytes.</param>
internal sealed record StepLatents(int StepsDone, int Timestep, TensorHeader Header, byte[] Data);
