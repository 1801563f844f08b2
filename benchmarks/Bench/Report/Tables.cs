using System.Globalization;
using VideoGrain.Bench.Profiling;

namespace VideoGrain.Bench.Report;

/// <summary>A report as Markdown.</summary>
internal sealed class Tables(TextWriter output)
{
    private const double Giga = 1e9, Milli = 1e-3, Mebibyte = 1 << 20;
    private const int ProfileRows = 24;

    /// <summary>Writes everything.</summary>
    public void Write(BenchReport report)
    {
        Head(report);
        if (report.Kernels.Count > 0) Kernels(report);
        if (report.Networks.Count > 0) Networks(report);
        if (report.Profile.Count > 0) Profile(report);
        if (report.Edit is { } edit) Edit(edit, report.Quiet);
        Targets(report);
    }

    private void Head(BenchReport report)
    {
        Line($"{report.Host.Processor}; {report.Threads} threads of {report.Host.Threads}; {report.Engine}; {report.Host.Runtime}");
        Line($"{report.Torch ?? "no PyTorch: the engine alone"}");
        Line($"load before the run {report.LoadBefore:F1}; others used {report.OthersShare:P0} of the machine meanwhile");
        Line($"FMA peak {report.PeakPerSecond / Giga:F0} GFLOP/s together ({report.LowestPeakPerSecond / Giga:F0} to {report.HighestPeakPerSecond / Giga:F0} during the run), {report.PeakPerCpuSecond / Giga:F0} a thread and CPU second; memory {Bandwidth(report) / Giga:F1} GB/s");
        if (!report.Quiet) Line($"The machine was busy. Times, ratios and shares below are in CPU time of all threads.");
        if (report.Tiny) Line($"Tiny sizes: the numbers mean nothing.");
    }

    private void Kernels(BenchReport report)
    {
        Line($"");
        Line($"| kernel | ms | GFLOP/s | of peak | PyTorch ms | PyTorch / engine | steady rounds | steady slices |");
        Line($"| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var m in report.Kernels)
        {
            var (seconds, torch, speedup, share) = Chosen(report, m);
            var rate = m.Operations / seconds / Giga;
            Line($"| {m.Name} | {seconds / Milli:F2} | {rate:F0} | {share:F2} | {torch / Milli:F2} | {speedup:F2} | {m.SteadyRounds} of {m.Rounds} | {m.SteadySlices} of {m.Slices} |");
        }
    }

    private void Networks(BenchReport report)
    {
        Line($"");
        Line($"| network | ms | PyTorch ms | PyTorch / engine | MiB computing | PyTorch MiB | MiB with loading | PyTorch MiB | difference of results |");
        Line($"| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var m in report.Networks)
        {
            var (seconds, torch, speedup, _) = Chosen(report, m);
            Line(
                $"| {m.Name} | {seconds / Milli:F0} | {torch / Milli:F0} | {speedup:F2} | {m.EngineStepPeakBytes / Mebibyte:F0} | {m.TorchStepPeakBytes / Mebibyte:F0} | {m.EnginePeakBytes / Mebibyte:F0} | {m.TorchPeakBytes / Mebibyte:F0} | {m.RelativeError:G2} |");
        }
    }

    private void Profile(BenchReport report)
    {
        var total = report.Profile.Sum(tally => Seconds(report, tally));
        Line($"");
        Line($"| operation | calls | ms | share | GFLOP/s | of peak |");
        Line($"| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var group in report.Profile.GroupBy(tally => tally.Operation).OrderByDescending(group => group.Sum(tally => Seconds(report, tally))))
        {
            var (seconds, operations) = (group.Sum(tally => Seconds(report, tally)), group.Sum(tally => tally.Operations));
            Line($"| {group.Key} | {group.Sum(tally => tally.Calls)} | {seconds / Milli:F1} | {seconds / total:P1} | {operations / seconds / Giga:F0} | {operations / group.Sum(tally => Attainable(report, tally)):F2} |");
        }

        Line($"");
        Line($"| kernel | calls | ms | share | GFLOP/s | FLOP / byte | roof GFLOP/s | of roof |");
        Line($"| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var tally in report.Profile.OrderByDescending(tally => Seconds(report, tally)).Take(ProfileRows)) Row(report, tally, total);
    }

    private void Row(BenchReport report, KernelTally tally, double total)
    {
        var seconds = Seconds(report, tally);
        var (rate, intensity) = (tally.Operations / seconds, tally.Operations / tally.Bytes);
        var head = string.Create(CultureInfo.InvariantCulture, $"| {tally.Kernel} | {tally.Calls} | {seconds / Milli:F1} | {seconds / total:P1}");
        if (tally.Operations == 0)
        {
            // Nothing but memory limits these: their roof is the bandwidth.
            Line($"{head} | | | {Bandwidth(report) / Giga:F1} GB/s | {tally.Bytes / seconds / Bandwidth(report):F2} |");
            return;
        }

        var roof = Math.Min(Attainable(report, tally) / seconds, intensity * Bandwidth(report));
        Line($"{head} | {rate / Giga:F0} | {intensity:F0} | {roof / Giga:F0} | {rate / roof:F2} |");
    }

    private void Edit(EditTimes edit, bool quiet)
    {
        var clock = quiet ? "seconds" : "CPU seconds";
        Line($"");
        Line($"| toybox edit, 16 frames, 50 + 50 steps | {clock} |");
        Line($"| --- | ---: |");
        Line($"| engine, {edit.Steps} + {edit.Steps} steps run | {(quiet ? edit.Seconds : edit.CpuSeconds):F1} |");
        foreach (var (part, seconds) in edit.Parts) Line($"| as run: {part} | {seconds:F1} |");
        if (edit.TorchSeconds is { } torch) Line($"| PyTorch, UNet steps alone, counted from single ones | {torch:F1} |");
        if (edit.TorchPublishedSeconds is { } published) Line($"| PyTorch, UNet steps alone as published, counted from single ones | {published:F1} |");
    }

    private void Targets(BenchReport report)
    {
        Line($"");
        Line($"| target | measured | asked for | |");
        Line($"| --- | ---: | ---: | --- |");
        foreach (var target in report.Targets)
            Line($"| {target.Name} | {target.Value:F2} | {(target.AtMost ? "at most" : "at least")} {target.Bound:F2} | {(target.Met ? "met" : "MISSED")} |");
    }

    private static double Seconds(BenchReport report, KernelTally tally) => report.Quiet ? tally.Seconds : tally.CpuSeconds;

    private static double Attainable(BenchReport report, KernelTally tally) => report.Quiet ? tally.Attainable : tally.CpuAttainable;

    private static double Bandwidth(BenchReport report) => report.Quiet ? report.BytesPerSecond : report.BytesPerCpuSecond;

    private static (double Seconds, double? Torch, double? Speedup, double? Share) Chosen(BenchReport report, Measurement m) => report.Quiet
        ? (m.EngineSeconds, m.TorchSeconds, m.Speedup, m.FractionOfPeak)
        : (m.EngineCpuSeconds, m.TorchCpuSeconds, m.CpuSpeedup, m.CpuFractionOfPeak);

    private void Line(FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
