namespace VideoGrain.Bench.Peers;

/// <summary>Some calls of a kernel between two readings of the FMA peak.</summary>
/// <param name="Wall">Seconds of one call.</param>
/// <param name="PeakBefore">Peak right before, operations per second of all threads.</param>
/// <param name="PeakAfter">Peak right after.</param>
internal sealed record TimeSlice(double Wall, double PeakBefore, double PeakAfter)
{
    // Virtual processors are now cores of their own, now two threads of one core. Peaks that differ by more tell that both were seen.
    private const double SteadyPeaks = 1.1;

    /// <summary>Whether the peak stayed as it was.</summary>
    public bool IsSteady => AreSteady([PeakBefore, PeakAfter]);

    /// <summary>The peak meanwhile.</summary>
    public double Peak => (PeakBefore + PeakAfter) / 2;

    /// <summary>Whether some peaks are about the same.</summary>
    public static bool AreSteady(IReadOnlyCollection<double> peaks) => peaks.Max() <= SteadyPeaks * peaks.Min();
}
