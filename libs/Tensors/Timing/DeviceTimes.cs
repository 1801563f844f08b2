namespace VideoGrain.Tensors;

/// <summary>Time that a device spent on each group of operations.</summary>
public sealed class DeviceTimes
{
    private readonly TimeSpan[] _times;

    /// <summary>Takes a time for every group, in the groups' order.</summary>
    internal DeviceTimes(TimeSpan[] times) => _times = times;

    /// <summary>Every group, in order.</summary>
    public static IReadOnlyList<OperationGroup> Groups { get; } = Enum.GetValues<OperationGroup>();

    /// <summary>Time of all groups together.</summary>
    public TimeSpan Total => _times.Aggregate(TimeSpan.Zero, (sum, time) => sum + time);

    /// <summary>Time of one group.</summary>
    public TimeSpan this[OperationGroup group] => _times[(int)group];
}
