using VideoGrain.Tensors;

namespace VideoGrain.Gpu.Benchmarks;

/// <summary>What one part of an edit took.</summary>
internal sealed class PartTimes
{
    /// <summary>Seconds of every step, in order; empty for a part without steps.</summary>
    public List<double> Steps { get; } = [];

    /// <summary>Seconds on the clock on the wall.</summary>
    public double Seconds { get; set; }

    /// <summary>Seconds of the device by group; empty where they cannot be measured.</summary>
    public Dictionary<OperationGroup, double> Device { get; } = [];

    /// <summary>Readings that <see cref="Device"/> is the sum of.</summary>
    public int DeviceSteps { get; set; }

    /// <summary>Operations by group; empty where they were not counted.</summary>
    public Dictionary<OperationGroup, double> Operations { get; set; } = [];

    /// <summary>Median of the steps, in seconds.</summary>
    public double MedianStep
    {
        get
        {
            if (Steps.Count == 0) return 0;
            var sorted = Steps.Order().ToArray();
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    /// <summary>Adds device time.</summary>
    public void Add(DeviceTimes? times)
    {
        if (times is null) return;
        DeviceSteps++;
        foreach (var group in DeviceTimes.Groups) Device[group] = Device.GetValueOrDefault(group) + times[group].TotalSeconds;
    }

    /// <summary>Adds operations.</summary>
    public void Add(Dictionary<OperationGroup, double> operations)
    {
        foreach (var (group, count) in operations) Operations[group] = Operations.GetValueOrDefault(group) + count;
    }
}
