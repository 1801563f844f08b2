using VideoGrain.Bench.Cases;
using VideoGrain.Bench.Machine;
using VideoGrain.Bench.Profiling;
using VideoGrain.Tensors;

namespace VideoGrain.Bench.Peers;

/// <summary>A prepared case on the engine.</summary>
/// <param name="engine">Engine that runs it.</param>
internal abstract class EngineWork(IEngine engine) : IDisposable
{
    private readonly IEngineScope _scope = engine.BeginScope();

    /// <summary>Engine that runs the work.</summary>
    protected IEngine Engine { get; } = engine;

    /// <summary>Sets a case up.</summary>
    public static EngineWork Create(IEngine engine, WorkCase work) =>
        work.Folder is null ? new KernelWork(engine, work) : NetworkWork.Create(engine, work);

    /// <summary>Runs the work once and drops the result.</summary>
    public void Call()
    {
        using var scope = Engine.BeginScope();
        Compute(Engine);
    }

    /// <summary>Runs the work once.</summary>
    public float[] Result()
    {
        using var scope = Engine.BeginScope();
        var result = Compute(Engine);
        var values = new float[result.ElementCount];
        Engine.Download(result, values);
        return values;
    }

    /// <summary>Runs the work once and says what each kernel cost, and what the machine would have given meanwhile.</summary>
    public IReadOnlyList<KernelTally> Profile(PeakMeter peak)
    {
        using var scope = Engine.BeginScope();
        var timing = new TimingEngine(Engine, () =>
        {
            var reading = peak.Read();
            return (reading.PerSecond, reading.PerCpuSecond);
        });
        Compute(timing);
        return timing.Tallies;
    }

    /// <inheritdoc/>
    public virtual void Dispose() => _scope.Dispose();

    /// <summary>Runs the work on an engine that holds the same tensors: the work's own, or one that passes calls on to it.</summary>
    protected abstract Tensor Compute(IEngine engine);
}
