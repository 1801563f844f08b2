using System.Diagnostics;
using VideoGrain.Bench.Cases;

namespace VideoGrain.Bench.Peers;

/// <summary>A worker process: the engine's or PyTorch's. It takes one line and gives one line.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Process _process;

    private Peer(Process process) => _process = process;

    /// <summary>CPU seconds that the worker had used when it last answered.</summary>
    public double CpuSeconds { get; private set; }

    /// <summary>Starts this program again as the engine's worker.</summary>
    public static Peer StartEngine(int threads) =>
        Start(Environment.ProcessPath!, [typeof(Peer).Assembly.Location, EngineWorker.Verb, $"{threads}"]);

    /// <summary>Starts the PyTorch worker.</summary>
    public static Peer StartTorch(string python, string script, int threads) => Start(python, [script, $"{threads}"]);

    /// <summary>Asks and waits.</summary>
    /// <exception cref="InvalidOperationException">The worker failed or ended.</exception>
    public WorkReply Ask(WorkRequest request)
    {
        _process.StandardInput.WriteLine(Wire.Write(request));
        _process.StandardInput.Flush();
        var line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"the worker ended at '{request.Command}'");
        var reply = Wire.Read<WorkReply>(line);
        if (reply.Error is not null) throw new InvalidOperationException($"{request.Command}: {reply.Error}");
        CpuSeconds = Math.Max(CpuSeconds, reply.ProcessCpu);
        return reply;
    }

    /// <summary>Asks for something that needs no more than its name.</summary>
    public WorkReply Ask(string command) => Ask(new WorkRequest { Command = command });

    /// <summary>Sets a case up and calls it once.</summary>
    public WorkReply Prepare(WorkCase work) => Ask(new WorkRequest { Command = "prepare", Case = work });

    /// <summary>Times calls until some seconds and some slices have passed; at least one.</summary>
    public WorkReply Time(double seconds, int slices = 1) => Ask(new WorkRequest { Command = "time", Seconds = seconds, Slices = slices });

    /// <inheritdoc/>
    public void Dispose()
    {
        const int PatienceMilliseconds = 10_000;
        _process.StandardInput.Close();
        if (!_process.WaitForExit(PatienceMilliseconds)) _process.Kill();
        _process.Dispose();
    }

    private static Peer Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        return new Peer(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start"));
    }
}
