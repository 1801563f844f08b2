namespace VideoGrain.Tensors;

/// <summary>
/// What an engine may also be: one that knows how its device spends time. Measuring puts a mark into the device's queue where one group of operations follows
/// another; nothing waits for a mark but <see cref="TakeTimes"/>.
/// </summary>
public interface IDeviceClock
{
    /// <summary>
    /// Device time since the last call, by group; null where it cannot be measured. Waits for what is queued, so it is called where a result has just
    /// been downloaded. Time in which the device waited for the host between two operations counts for the first of them; time between a download and
    /// the next operation does not count.
    /// </summary>
    DeviceTimes? TakeTimes();

    /// <summary>The device's memory now; null where it cannot be measured.</summary>
    DeviceMemory? ReadMemory();
}
