namespace VideoGrain.Tensors.Benchmarks;

/// <summary>CPU time of this process: what a kernel costs on one thread, whatever else the machine is doing.</summary>
internal readonly struct CpuClock
{
    private readonly TimeSpan _start;

    private CpuClock(TimeSpan start) => _start = start;

    /// <summary>CPU seconds since the start.</summary>
    public double Seconds => (Environment.CpuUsage.TotalTime - _start).TotalSeconds;

    /// <summary>Starts now.</summary>
    public static CpuClock Start() => new(Environment.CpuUsage.TotalTime);
}
