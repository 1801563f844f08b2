using VideoGrain.Bench.Cases;

namespace VideoGrain.Bench.Report;

/// <summary>What the project promises, checked against what was measured.</summary>
internal static class Targets
{
    private const double PeakOfProducts = 0.75, PeakOfAttention = 0.5, LayoutCost = 1.6;
    private const double NetworkSpeedup = 1.3, PublishedSpeedup = 3, PublishedMemory = 0.5;
    private const double EditSeconds = 60;
    private const int LargestSmallHead = 12;

    /// <summary>All targets that the measurements say something about.</summary>
    /// <param name="report">The measurements.</param>
    /// <param name="cases">The kernels' cases.</param>
    public static IReadOnlyList<Target> Check(BenchReport report, IReadOnlyList<WorkCase> cases)
    {
        var targets = new List<Target>();
        var byName = report.Kernels.ToDictionary(kernel => kernel.Name);
        double? Speedup(Measurement m) => report.Quiet ? m.Speedup : m.CpuSpeedup;
        double? Fraction(Measurement m) => report.Quiet ? m.FractionOfPeak : m.CpuFractionOfPeak;

        foreach (var work in cases)
        {
            if (!byName.TryGetValue(work.Name, out var measured)) continue;
            if (work.Kind is "linear" or "geglu" or "conv")
            {
                targets.Add(new($"{work.Name}: share of peak", Fraction(measured) ?? 0, PeakOfProducts));
                if (Speedup(measured) is { } faster) targets.Add(new($"{work.Name}: against PyTorch", faster, 1));
            }
            else if (work.Kind == "attention" && work["queries"] == work["keys"] && work["size"] > LargestSmallHead)
            {
                targets.Add(new($"{work.Name}: share of peak", Fraction(measured) ?? 0, PeakOfAttention));
            }
            else if (work.Kind == "layout" && byName.TryGetValue(KernelCases.PlainNameOf(work), out var plain))
            {
                // Shares of the peak of their own rounds, so that a change of clock between the two does not count.
                targets.Add(new($"{work.Name}: cost against plain", (Fraction(plain) ?? 0) / (Fraction(measured) ?? 1), LayoutCost, AtMost: true));
            }
        }

        foreach (var network in report.Networks)
        {
            var published = network.Name.Contains("published", StringComparison.Ordinal);
            if (Speedup(network) is { } faster) targets.Add(new($"{network.Name}: against PyTorch", faster, published ? PublishedSpeedup : NetworkSpeedup));
            if (network is { EngineStepPeakBytes: { } engine, TorchStepPeakBytes: { } torch })
                targets.Add(new($"{network.Name}: peak memory against PyTorch", engine / torch, published ? PublishedMemory : 1, AtMost: true));
        }

        if (report.Edit is { } edit)
        {
            targets.Add(report.Quiet
                ? new("toybox edit, 16 frames, 50 + 50 steps: seconds", edit.Seconds, EditSeconds, AtMost: true)
                : new($"toybox edit, 16 frames, 50 + 50 steps: CPU seconds on {report.Host.Threads} cores", edit.CpuSeconds / report.Host.Threads, EditSeconds, AtMost: true));
        }

        return targets;
    }
}
