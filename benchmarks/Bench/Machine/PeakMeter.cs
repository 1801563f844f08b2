using VideoGrain.Tensors.Benchmarks;
using VideoGrain.Tensors.Cpu;

namespace VideoGrain.Bench.Machine;

/// <summary>
/// What the multiply-add units give in a loop that touches registers only, on the engine's own threads, so that loop and kernel
/// run on the same processors.
/// </summary>
/// <param name="engine">Engine whose threads run the loop.</param>
internal sealed unsafe class PeakMeter(CpuEngine engine)
{
    // A reading takes some 4 ms: short against the seconds for which a host leaves virtual processors where they are.
    private const int TasksPerThread = 8;
    private const int StepsPerTask = 250_000;

    /// <summary>One reading.</summary>
    public PeakReading Read()
    {
        var began = Instant.Now;
        var tasks = engine.Threads * TasksPerThread;
        var set = engine.InstructionSet;
        engine.Workers.Run(&RunTask, &set, tasks);
        var (wall, cpu) = began.Elapsed;
        return new PeakReading(FmaPeak.OperationsPerStep(set) * StepsPerTask * tasks, wall, cpu);
    }

    private static void RunTask(void* context, int task, int worker) => FmaPeak.Run(*(CpuInstructionSet*)context, StepsPerTask);
}
