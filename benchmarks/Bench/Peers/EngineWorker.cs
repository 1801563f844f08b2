using System.Runtime.InteropServices;
using VideoGrain.Bench.Machine;
using VideoGrain.Tensors.Cpu;

namespace VideoGrain.Bench.Peers;

/// <summary>The engine's side: a process of its own, so that its memory can be told from everything else's.</summary>
internal sealed class EngineWorker : IDisposable
{
    /// <summary>First argument that makes this program a worker.</summary>
    public const string Verb = "engine-worker";

    private readonly CpuEngine _engine;
    private readonly int _threads;
    private EngineWork? _work;

    private EngineWorker(int threads)
    {
        _threads = threads;
        _engine = new CpuEngine(new CpuEngineOptions { Threads = threads });
    }

    /// <summary>Answers requests until the input ends.</summary>
    public static void Run(int threads, TextReader input, TextWriter output)
    {
        using var worker = new EngineWorker(threads);
        while (input.ReadLine() is { } line)
        {
            WorkReply reply;
            try
            {
                reply = worker.Answer(Wire.Read<WorkRequest>(line));
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                reply = new WorkReply { Error = failure.Message };
            }

            output.WriteLine(Wire.Write(reply with { ProcessCpu = Environment.CpuUsage.TotalTime.TotalSeconds }));
            output.Flush();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _work?.Dispose();
        _engine.Dispose();
    }

    private EngineWork Work => _work ?? throw new InvalidOperationException("nothing is prepared");

    private WorkReply Answer(WorkRequest request)
    {
        switch (request.Command)
        {
            case "hello":
                return new WorkReply { Name = $"{_engine.Name}, {_engine.Threads} threads" };
            case "peak":
                var peak = PeakReading.Measure(_threads);
                return new WorkReply { Value = peak.PerSecond, PerCpuSecond = peak.PerCpuSecond };
            case "bandwidth":
                var (perSecond, perCpuSecond) = MemoryBandwidth.Measure(_threads);
                return new WorkReply { Value = perSecond, PerCpuSecond = perCpuSecond };
            case "prepare":
                _work?.Dispose();
                _work = EngineWork.Create(_engine, request.Case ?? throw new ArgumentException("no case"));
                Work.Call();
                return new WorkReply();
            case "time":
                return Time(request.Seconds);
            case "output":
                File.WriteAllBytes(request.Path ?? throw new ArgumentException("no path"), MemoryMarshal.AsBytes<float>(Work.Result()).ToArray());
                return new WorkReply();
            case "memory":
                return new WorkReply { Value = ProcessMemory.Peak() };
            case "reset-memory":
                ProcessMemory.Reset();
                return new WorkReply();
            case "profile":
                return new WorkReply { Kernels = Work.Profile() };
            case "edit":
                return new WorkReply { Parts = ToyboxEdit.Run(_engine, request.Case ?? throw new ArgumentException("no case")) };
            default:
                throw new ArgumentException($"unknown command {request.Command}");
        }
    }

    private WorkReply Time(double seconds)
    {
        var began = Instant.Now;
        var calls = 0;
        do
        {
            Work.Call();
            calls++;
        }
        while (began.Elapsed.Wall < seconds);
        var (wall, cpu) = began.Elapsed;
        return new WorkReply { Wall = wall / calls, Cpu = cpu / calls };
    }
}
