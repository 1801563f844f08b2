using System.Runtime.InteropServices;
using VideoGrain.Bench.Machine;
using VideoGrain.Tensors.Cpu;

namespace VideoGrain.Bench.Peers;

/// <summary>The engine's side: a process of its own, so that its memory can be told from everything else's.</summary>
internal sealed class EngineWorker : IDisposable
{
    /// <summary>First argument that makes this program a worker.</summary>
    public const string Verb = "engine-worker";

    private const double SecondsPerSlice = 0.016;
    private const int ReadingsOfPeak = 8;

    private readonly CpuEngine _engine;
    private readonly PeakMeter _peak;
    private EngineWork? _work;

    private EngineWorker(int threads)
    {
        _engine = new CpuEngine(new CpuEngineOptions { Threads = threads });
        _peak = new PeakMeter(_engine);
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
                return Peak();
            case "bandwidth":
                var (perSecond, perCpuSecond) = MemoryBandwidth.Measure(_engine.Threads);
                return new WorkReply { Value = perSecond, PerCpuSecond = perCpuSecond };
            case "prepare":
                _work?.Dispose();
                _work = EngineWork.Create(_engine, request.Case ?? throw new ArgumentException("no case"));
                Work.Call();
                return new WorkReply();
            case "time":
                return Time(request.Seconds, request.Slices);
            case "output":
                File.WriteAllBytes(request.Path ?? throw new ArgumentException("no path"), MemoryMarshal.AsBytes<float>(Work.Result()).ToArray());
                return new WorkReply();
            case "memory":
                return new WorkReply { Value = ProcessMemory.Peak() };
            case "reset-memory":
                ProcessMemory.Reset();
                return new WorkReply();
            case "profile":
                return new WorkReply { Kernels = Work.Profile(_peak) };
            case "edit":
                return new WorkReply { Parts = ToyboxEdit.Run(_engine, request.Case ?? throw new ArgumentException("no case")) };
            default:
                throw new ArgumentException($"unknown command {request.Command}");
        }
    }

    private WorkReply Peak()
    {
        var peak = _peak.Read();
        for (var reading = 1; reading < ReadingsOfPeak; reading++) peak += _peak.Read();
        return new WorkReply { Value = peak.PerSecond, PerCpuSecond = peak.PerCpuSecond };
    }

    /// <summary>Calls in slices, and the peak before and after each: a share of peak compares what happened within milliseconds.</summary>
    private WorkReply Time(double seconds, int atLeast)
    {
        var slices = new List<TimeSlice>();
        double wall = 0, cpu = 0;
        var calls = 0;
        var turn = Instant.Now;
        var before = _peak.Read();
        var peaks = before;
        do
        {
            var slice = Instant.Now;
            var inSlice = 0;
            do
            {
                Work.Call();
                inSlice++;
            }
            while (slice.Elapsed.Wall < Math.Min(SecondsPerSlice, seconds));
            var spent = slice.Elapsed;
            var after = _peak.Read();
            slices.Add(new TimeSlice(spent.Wall / inSlice, before.PerSecond, after.PerSecond));
            before = after;
            peaks += after;
            wall += spent.Wall;
            cpu += spent.Cpu;
            calls += inSlice;
        }
        while (turn.Elapsed.Wall < seconds || slices.Count < atLeast);
        return new WorkReply { Wall = wall / calls, Cpu = cpu / calls, Value = peaks.PerSecond, PerCpuSecond = peaks.PerCpuSecond, Slices = slices };
    }
}
