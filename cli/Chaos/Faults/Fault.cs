using System.Globalization;

namespace VideoGrain.Cli.Chaos.Faults;

/// <summary>A fault of a schedule.</summary>
/// <param name="Settles">Whether every service is let come up again first, so that work is under way; else the fault may hit a system that still recovers.</param>
/// <param name="Pause">Time from then to this fault.</param>
/// <param name="Kind">What is done.</param>
/// <param name="Target">To which service.</param>
/// <param name="Lasts">For how long; for a clock how far it jumps, below zero backwards; zero where neither applies.</param>
internal sealed record Fault(bool Settles, TimeSpan Pause, FaultKind Kind, ServiceName Target, TimeSpan Lasts)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        string amount = string.Create(CultureInfo.InvariantCulture, $"{Lasts.TotalSeconds:0.0} s");
        string target = Target.ToString().ToLowerInvariant();
        return Kind switch
        {
            FaultKind.Kill => $"kill -9 {target}",
            FaultKind.StallStream => $"stall the streams of {target} for {amount}",
            FaultKind.CutStream => $"cut the streams of {target}",
            FaultKind.SlowStream => $"slow the streams of {target} for {amount}",
            FaultKind.CutDatabase => "cut the connections to the database",
            FaultKind.StallDatabase => $"stall the connections to the database for {amount}",
            FaultKind.FillDisk => $"fill the disk of {target} for {amount}",
            _ => $"move the clock of {target} by {amount}",
        };
    }
}
