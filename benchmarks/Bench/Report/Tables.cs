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
        if (report.Edit.Count > 0) Edit(report);
        Targets(report);
    }

    private void Head(BenchReport report)
    {
        Line($"{report.Host.Processor}; {report.Threads} threads of {report.Host.Threads}; {report.Engine}; {report.Host.Runtime}");
        Line($"{report.Torch ?? "no PyTorch: the engine alone"}");
        Line($"load before the run {report.LoadBefore:F1}; others used {report.OthersShare:P0} of the machine meanwhile");
        Line($"FMA peak {report.PeakPerSecond / Giga:F0} GFLOP/s together, {report.PeakPerCpuSecond / Giga:F0} a thread and CPU second; memory {report.BytesPerSecond / Giga:F1} GB/s");
        if (!report.Quiet) Line($"The machine was busy. Times, ratios and shares below are in CPU time of all threads.");
        if (report.Tiny) Line($"Tiny sizes: the numbers mean nothing.");
    }

    private void Kernels(BenchReport report)
    {
        Line($"");
        Line($"| kernel | ms | GFLOP/s | of peak | PyTorch ms | PyTorch / engine |");
        Line($"| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var m in report.Kernels)
        {
            var (seconds, torch, speedup, share) = Chosen(report, m);
            var rate = m.Operations / seconds / Giga;
            Line($"| {m.Name} | {seconds / Milli:F2} | {rate:F0} | {share:F2} | {torch / Milli:F2} | {speedup:F2} |");
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
                $"| {m.Name} | {seconds / Milli:F0} | {torch / Milli:F0} | {speedup:F2} | {m.EngineStepPeakBytes / Mebibyte:F0} | {m.TorchStepPeakBytes / Mebibyte:F0} | {m.EnginePeakBytes / Mebibyte:F0} | {m.TorchPeakBytes / Mebibyte:F0} | {m.RelativeError:E1} |");
        }
    }

    private void Profile(BenchReport report)
    {
        var total = report.Profile.Sum(tally => tally.Seconds);
        Line($"");
        Line($"| operation | calls | ms | share | GFLOP/s | of peak |");
        Line($"| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var group in report.Profile.GroupBy(tally => tally.Operation).OrderByDescending(group => group.Sum(tally => tally.Seconds)))
        {
            var (seconds, operations) = (group.Sum(tally => tally.Seconds), group.Sum(tally => tally.Operations));
            Line($"| {group.Key} | {group.Sum(tally => tally.Calls)} | {seconds / Milli:F1} | {seconds / total:P1} | {operations / seconds / Giga:F0} | {operations / seconds / report.PeakPerSecond:F2} |");
        }

        Line($"");
        Line($"| kernel | calls | ms | share | GFLOP/s | FLOP / byte | roof GFLOP/s | of roof |");
        Line($"| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var tally in report.Profile.Take(ProfileRows)) Row(report, tally, total);
    }

    private void Row(BenchReport report, KernelTally tally, double total)
    {
        var (rate, intensity) = (tally.Operations / tally.Seconds, tally.Operations / tally.Bytes);
        var head = string.Create(CultureInfo.InvariantCulture, $"| {tally.Kernel} | {tally.Calls} | {tally.Seconds / Milli:F1} | {tally.Seconds / total:P1}");
        if (tally.Operations == 0)
        {
            // Nothing but memory limits these: their roof is the bandwidth.
            Line($"{head} | | | {report.BytesPerSecond / Giga:F1} GB/s | {tally.Bytes / tally.Seconds / report.BytesPerSecond:F2} |");
            return;
        }

        var roof = Math.Min(report.PeakPerSecond, intensity * report.BytesPerSecond);
        Line($"{head} | {rate / Giga:F0} | {intensity:F0} | {roof / Giga:F0} | {rate / roof:F2} |");
    }

    private void Edit(BenchReport report)
    {
        Line($"");
        Line($"| toybox edit | seconds |");
        Line($"| --- | ---: |");
        foreach (var (part, seconds) in report.Edit) Line($"| {part} | {seconds:F1} |");
    }

    private void Targets(BenchReport report)
    {
        Line($"");
        Line($"| target | measured | asked for | |");
        Line($"| --- | ---: | ---: | --- |");
        foreach (var target in report.Targets)
            Line($"| {target.Name} | {target.Value:F2} | {(target.AtMost ? "at most" : "at least")} {target.Bound:F2} | {(target.Met ? "met" : "MISSED")} |");
    }

    private static (double Seconds, double? Torch, double? Speedup, double? Share) Chosen(BenchReport report, Measurement m) => report.Quiet
        ? (m.EngineSeconds, m.TorchSeconds, m.Speedup, m.FractionOfPeak)
        : (m.EngineCpuSeconds, m.TorchCpuSeconds, m.CpuSpeedup, m.CpuFractionOfPeak);

    private void Line(FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
