namespace VideoGrain.Tensors.Benchmarks;

/// <summary>One kernel call of a known size.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Operations">Floating-point operations that count: two per multiply-add of the definition.</param>
/// <param name="Prepare">Makes inputs on an engine and returns the call.</param>
internal sealed record Workload(string Name, double Operations, Func<IEngine, Action> Prepare);
