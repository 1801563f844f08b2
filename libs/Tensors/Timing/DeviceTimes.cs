namespace VideoGrain.Tensors;

/// <summary>Time that a device spent on each group of operations.</summary>
public sealed class DeviceTimes
{
    private readonly TimeSpan[] _times;

    /// <summary>Takes a time for every group, in the groups' order.</summary>
    /// <exception cref="ArgumentException">There is not one for each group.</exception>
    public DeviceTimes(params ReadOnlySpan<TimeSpan> times)
    {
        Check.That(times.Length == Groups.Count, nameof(times), $"{Groups.Count} groups have {times.Length} times");
        _times = times.ToArray();
    }

    /// <summary>Every group, in order.</summary>
    public static IReadOnlyList<OperationGroup> Groups { get; } = Enum.GetValues<OperationGroup>();

    /// <summary>Time of all groups together.</summary>
    public TimeSpan Total => _times.Aggregate(TimeSpan.Zero, (sum, time) => sum + time);

    /// <summary>Time of one group.</summary>
    public TimeSpan this[OperationGroup group] => _times[(int)group];
}
