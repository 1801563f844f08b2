using System.Globalization;
using VideoGrain.Bench.Cases;
using VideoGrain.Bench.Machine;
using VideoGrain.Bench.Models;
using VideoGrain.Bench.Peers;
using VideoGrain.Bench.Profiling;
using VideoGrain.Bench.Report;

namespace VideoGrain.Bench;

/// <summary>One run of everything that was asked for.</summary>
/// <param name="options">What to run.</param>
internal sealed class BenchRun(BenchOptions options)
{
    private readonly List<WorkReply> _peaks = [];
    private double _cpuSeconds;
    private IReadOnlyList<KernelTally> _profile = [];

    private int Rounds => options.Tiny ? 1 : options.Quick ? 3 : 7;

    private int NetworkRounds => options.Tiny ? 1 : options.Quick ? 1 : 3;

    private double SecondsPerTurn => options.Tiny ? 0 : 0.2;

    // A kernel that takes long, and PyTorch longer, may get a single round.
    private int SlicesPerTurn => options.Tiny ? 1 : 5;

    private double SecondsPerKernel => options.Quick ? 4 : 12;

    private double SecondsPerNetwork => options.Quick ? 20 : 60;

    /// <summary>Runs.</summary>
    public BenchReport Run()
    {
        var loadBefore = HostInfo.LoadAverage();
        var share = new CpuShare();
        string engine;
        string? torch;
        WorkReply bandwidth;
        using (var pair = new Pair(options))
        {
            engine = pair.Engine.Ask("hello").Name!;
            torch = pair.Torch?.Ask("hello").Name;
            bandwidth = pair.Engine.Ask("bandwidth");
            _peaks.Add(pair.Engine.Ask("peak"));
            Finish(pair);
        }

        var cases = KernelCases.All(options.Tiny ? 16 : 1);
        var kernels = Has("kernels") ? Kernels(cases) : [];
        using var folders = new ModelFolders(options.Toybox);
        var networks = Networks(folders);
        var toybox = new List<Measurement>();
        var edit = Has("toybox") ? Toybox(folders, toybox, share) : null;
        var report = new BenchReport
        {
            Host = HostInfo.Read(),
            Engine = engine,
            Torch = torch,
            Threads = options.Threads,
            LoadBefore = loadBefore,
            OthersShare = share.OfOthers(_cpuSeconds + Environment.CpuUsage.TotalTime.TotalSeconds),
            Tiny = options.Tiny,
            PeakPerSecond = Pair.Median([.. _peaks.Select(peak => peak.Value)]),
            LowestPeakPerSecond = _peaks.Min(peak => peak.Value),
            HighestPeakPerSecond = _peaks.Max(peak => peak.Value),
            PeakPerCpuSecond = Pair.Median([.. _peaks.Select(peak => peak.PerCpuSecond)]),
            BytesPerSecond = bandwidth.Value,
            BytesPerCpuSecond = bandwidth.PerCpuSecond,
            Kernels = kernels,
            Networks = [.. networks, .. toybox],
            Profile = _profile,
            Edit = edit,
        };
        return report with { Targets = Targets.Check(report, cases) };
    }

    private bool Has(string part) => options.Parts.Contains(part);

    private static void Say(string text) => Console.Error.WriteLine(text);

    // Something to look at meanwhile, and to keep when a run is cut short.
    private static void Say(Measurement m) => Say(string.Create(
        CultureInfo.InvariantCulture,
        $"  {m.EngineSeconds:G3} s, CPU {m.EngineCpuSeconds:G3} s; PyTorch {m.TorchSeconds:G3} s, CPU {m.TorchCpuSeconds:G3} s; share of peak {m.FractionOfPeak:F2}, CPU {m.CpuFractionOfPeak:F2}; error {m.RelativeError:G2}"));

    private void Finish(Pair pair)
    {
        _peaks.AddRange(pair.Peaks);
        _cpuSeconds += pair.CpuSeconds;
    }

    private List<Measurement> Kernels(IReadOnlyList<WorkCase> cases)
    {
        const int LongSequence = 10_000;
        var results = new List<Measurement>();
        using var pair = new Pair(options);
        foreach (var work in cases)
        {
            if (options.Quick && work.Sizes.GetValueOrDefault("queries") > LongSequence) continue;
            Say(work.Name);

            // PyTorch takes minutes to modulate a score matrix of that size; what counts is the cost against plain attention.
            var alone = work.Kind == "layout" && work["queries"] > LongSequence;
            pair.Prepare(work, alone);
            results.Add(pair.Measure(work, Rounds, SecondsPerTurn, SlicesPerTurn, SecondsPerKernel, alone));
            Say(results[^1]);
        }

        Finish(pair);
        return results;
    }

    private List<Measurement> Networks(ModelFolders folders)
    {
        var results = new List<Measurement>();
        if (Has("unet") || Has("published")) results.AddRange(UNetSteps(folders));
        if (Has("text"))
        {
            var text = options.Tiny ? TextShape.Tiny(64) : TextShape.StableDiffusion;
            results.Add(Network(folders, NetworkCases.Text("CLIP text encoder, 2 prompts", folders.Text(text), 2) with { Input = folders.Values("text.in", 1) }));
        }

        if (!Has("vae")) return results;
        var side = options.Tiny ? 64 : 256;
        var vae = folders.Vae(options.Tiny ? VaeShape.Tiny : VaeShape.StableDiffusion);
        var input = folders.Values("vae.in", side * side * NetworkCases.ImageChannels);
        results.Add(Network(folders, NetworkCases.Vae($"VAE encoder, {side}x{side}", "encode", vae, side) with { Input = input }));
        results.Add(Network(folders, NetworkCases.Vae($"VAE decoder, {side}x{side}", "decode", vae, side) with { Input = input }));
        return results;
    }

    private List<Measurement> UNetSteps(ModelFolders folders)
    {
        const int Branches = 2, Frames = 3;
        var results = new List<Measurement>();
        var unet = options.Tiny ? new UNetShape([32, 64, 64, 64], 64, 8) : UNetShape.StableDiffusion;
        var side = options.Tiny ? 8 : 32;
        Say("writing a UNet");
        var folder = folders.UNet(unet);
        var step = NetworkCases.UNet($"UNet step, {Frames} frames of {8 * side}x{8 * side}, {Branches} branches", folder, unet.TextWidth, Branches, Frames, side) with
        {
            Input = folders.Values("unet.in", NetworkCases.UNetValues(Branches, Frames, side, unet.TextWidth)),
        };
        if (Has("unet")) results.Add(Network(folders, step, profile: true));
        if (Has("published")) results.Add(Network(folders, step with { Name = $"{step.Name}, published", Variant = Variants.Published }));
        ModelFolders.Delete(folder);
        return results;
    }

    private Measurement Network(ModelFolders folders, WorkCase work, bool profile = false)
    {
        Say(work.Name);
        using var pair = new Pair(options);
        pair.Prepare(work);
        var (enginePeak, torchPeak) = (pair.Engine.Ask("memory").Value, pair.Torch?.Ask("memory").Value);
        pair.Engine.Ask("reset-memory");
        pair.Torch?.Ask("reset-memory");
        var result = pair.Measure(work, NetworkRounds, 0, 1, SecondsPerNetwork) with
        {
            EnginePeakBytes = enginePeak,
            TorchPeakBytes = torchPeak,
            EngineStepPeakBytes = pair.Engine.Ask("memory").Value,
            TorchStepPeakBytes = pair.Torch?.Ask("memory").Value,
            RelativeError = pair.Compare(folders.PathOf("engine.out"), folders.PathOf("torch.out")),
        };
        Say(result);
        if (profile) _profile = pair.Engine.Ask("profile").Kernels!;
        Finish(pair);
        return result;
    }

    private EditTimes Toybox(ModelFolders folders, List<Measurement> steps, CpuShare share)
    {
        const int Frames = 16, Side = 16, TextWidth = 128, Steps = 50, QuickSteps = 5, ModulatedSteps = 15;
        var frames = options.Tiny ? 2 : Frames;
        Measurement Step(string name, int branches, string variant) => Network(folders, NetworkCases.UNet(name, options.Toybox, TextWidth, branches, frames, Side) with
        {
            Variant = variant,
            Input = folders.Values("toybox.in", NetworkCases.UNetValues(branches, frames, Side, TextWidth)),
        });
        var inversion = Step($"toybox UNet step, {frames} frames, 1 branch", 1, Variants.Plain);
        var plain = Step($"toybox UNet step, {frames} frames, 2 branches", 2, Variants.Plain);
        var modulated = Step($"toybox UNet step, {frames} frames, 2 branches, published", 2, Variants.Published);
        steps.AddRange([inversion, plain, modulated]);

        Say("toybox edit");
        var run = options.Tiny ? 1 : options.Quick ? QuickSteps : Steps;
        using var engine = Peer.StartEngine(options.Threads);
        var work = new WorkCase
        {
            Name = "toybox edit",
            Kind = "edit",
            Folder = options.Toybox,
            Sizes = new() { ["frames"] = frames, ["side"] = Side * 8, ["steps"] = run },
        };
        var parts = engine.Ask(new WorkRequest { Command = "edit", Case = work }).Parts!;
        _cpuSeconds += engine.CpuSeconds;
        var edit = new EditTimes
        {
            Steps = run,
            Parts = parts,
            Seconds = parts["load"] + ((parts["inversion"] + parts["denoising"]) * Steps / run),
            CpuSeconds = parts[ToyboxEdit.CpuPart] * Steps / run,
        };
        if (options.Torch)
        {
            double Torch(Measurement step) => (share.OfOthers(_cpuSeconds) <= BenchReport.QuietShare ? step.TorchSeconds : step.TorchCpuSeconds) ?? 0;
            edit = edit with
            {
                TorchSeconds = Steps * (Torch(inversion) + Torch(plain)),
                TorchPublishedSeconds = (Steps * Torch(plain)) + (ModulatedSteps * Torch(modulated)) + ((Steps - ModulatedSteps) * Torch(plain)),
            };
        }

        return edit;
    }
}
