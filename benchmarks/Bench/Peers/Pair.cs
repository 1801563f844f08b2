using System.Diagnostics;
using System.Runtime.InteropServices;
using VideoGrain.Bench.Cases;
using VideoGrain.Bench.Report;

namespace VideoGrain.Bench.Peers;

/// <summary>The engine's worker and PyTorch's, taking turns.</summary>
internal sealed class Pair : IDisposable
{
    private readonly List<WorkReply> _peaks = [];

    /// <summary>Starts both.</summary>
    public Pair(BenchOptions options)
    {
        Engine = Peer.StartEngine(options.Threads);
        Torch = options.Torch ? Peer.StartTorch(options.Python, options.TorchScript, options.Threads) : null;
    }

    /// <summary>The engine.</summary>
    public Peer Engine { get; }

    /// <summary>PyTorch, or null.</summary>
    public Peer? Torch { get; }

    /// <summary>CPU seconds of both so far.</summary>
    public double CpuSeconds => Engine.CpuSeconds + (Torch?.CpuSeconds ?? 0);

    /// <summary>All peaks measured.</summary>
    public IReadOnlyList<WorkReply> Peaks => _peaks;

    /// <summary>Prepares a case on both, or on the engine alone.</summary>
    public void Prepare(WorkCase work, bool alone = false)
    {
        Engine.Prepare(work);
        if (!alone) Torch?.Prepare(work);
    }

    /// <summary>
    /// Times a prepared case: peak and engine in many short slices, then PyTorch, then the peak, and again. What the peak changed under
    /// counts only where there is nothing else: rounds for the ratio of the two programs, slices for the share of peak.
    /// </summary>
    /// <param name="work">The case.</param>
    /// <param name="rounds">Rounds.</param>
    /// <param name="secondsPerTurn">How long each side goes on in a round.</param>
    /// <param name="slices">Slices of an engine's turn, at least.</param>
    /// <param name="budget">Seconds after which no further round begins.</param>
    /// <param name="alone">Leave PyTorch out.</param>
    public Measurement Measure(WorkCase work, int rounds, double secondsPerTurn, int slices, double budget, bool alone = false)
    {
        var torch = alone ? null : Torch;
        var turns = new List<Turn>();
        var began = Stopwatch.GetTimestamp();
        do turns.Add(new Turn(Engine.Time(secondsPerTurn, slices), torch?.Time(secondsPerTurn), Peak()));
        while (turns.Count < rounds && Stopwatch.GetElapsedTime(began).TotalSeconds < budget);
        var cuts = turns.SelectMany(turn => turn.Engine.Slices!).ToList();
        var (run, cut) = (turns.Count, cuts.Count);
        if (turns.Exists(turn => turn.IsSteady)) turns.RemoveAll(turn => !turn.IsSteady);
        if (cuts.Exists(slice => slice.IsSteady)) cuts.RemoveAll(slice => !slice.IsSteady);

        double? WithTorch(Func<WorkReply, WorkReply, double> value) => torch is null ? null : Median([.. turns.Select(turn => value(turn.Engine, turn.Torch!))]);
        double? OfPeak(IEnumerable<double> shares) => work.Operations == 0 ? null : Median([.. shares]);
        return new Measurement
        {
            Name = work.Name,
            Kind = work.Kind,
            Rounds = run,
            SteadyRounds = turns.Count(turn => turn.IsSteady),
            Slices = cut,
            SteadySlices = cuts.Count(slice => slice.IsSteady),
            Operations = work.Operations,
            EngineSeconds = Median([.. turns.Select(turn => turn.Engine.Wall)]),
            EngineCpuSeconds = Median([.. turns.Select(turn => turn.Engine.Cpu)]),
            TorchSeconds = WithTorch((_, theirs) => theirs.Wall),
            TorchCpuSeconds = WithTorch((_, theirs) => theirs.Cpu),
            Speedup = WithTorch((ours, theirs) => theirs.Wall / ours.Wall),
            CpuSpeedup = WithTorch((ours, theirs) => theirs.Cpu / ours.Cpu),
            FractionOfPeak = OfPeak(cuts.Select(slice => work.Operations / slice.Wall / slice.Peak)),
            CpuFractionOfPeak = OfPeak(turns.Select(turn => work.Operations / turn.Engine.Cpu / turn.Engine.PerCpuSecond)),
        };
    }

    /// <summary>Relative L2 distance of the two results of a prepared case; null without PyTorch.</summary>
    public double? Compare(string enginePath, string torchPath)
    {
        if (Torch is null) return null;
        Engine.Ask(new WorkRequest { Command = "output", Path = enginePath });
        Torch.Ask(new WorkRequest { Command = "output", Path = torchPath });
        var (ours, theirs) = (Floats(enginePath), Floats(torchPath));
        if (ours.Length != theirs.Length) throw new InvalidOperationException($"the engine gave {ours.Length} values, PyTorch {theirs.Length}");
        double difference = 0, size = 0;
        for (var i = 0; i < ours.Length; i++)
        {
            difference += Math.Pow(ours[i] - theirs[i], 2);
            size += Math.Pow(theirs[i], 2);
        }

        return Math.Sqrt(difference / size);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Torch?.Dispose();
        Engine.Dispose();
    }

    /// <summary>Middle of some values.</summary>
    public static double Median(double[] values)
    {
        Array.Sort(values);
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    private WorkReply Peak()
    {
        _peaks.Add(Engine.Ask("peak"));
        return _peaks[^1];
    }

    private static float[] Floats(string path) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();

    /// <summary>One round, with the peak behind it.</summary>
    private sealed record Turn(WorkReply Engine, WorkReply? Torch, WorkReply Last)
    {
        /// <summary>Whether the peak stayed as it was.</summary>
        public bool IsSteady => TimeSlice.AreSteady([.. Engine.Slices!.SelectMany(slice => new[] { slice.PeakBefore, slice.PeakAfter }), Last.Value]);
    }
}
