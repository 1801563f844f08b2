using VideoGrain.Bench.Profiling;
using VideoGrain.Tensors;

namespace VideoGrain.Gpu.Benchmarks;

/// <summary>Floating-point operations by group.</summary>
internal static class OperationCount
{
    /// <summary>Sums what an engine was asked to do.</summary>
    public static Dictionary<OperationGroup, double> Of(IEnumerable<KernelTally> tallies) =>
        tallies.GroupBy(Group).ToDictionary(group => group.Key, group => group.Sum(tally => tally.Operations));

    private static OperationGroup Group(KernelTally tally) => tally.Operation switch
    {
        "linear" or "GEGLU" => OperationGroup.Linear,
        // Sizes that name queries and keys apart are those of a prompt.
        "attention" => tally.Kernel[tally.Kernel.IndexOf(',')..].Contains('x') ? OperationGroup.CrossAttention : OperationGroup.SelfAttention,
        "ST-Layout attention" => OperationGroup.LayoutAttention,
        "trajectory attention" => OperationGroup.TrajectoryAttention,
        "group norm" or "layer norm" => OperationGroup.Norm,
        var name => name.StartsWith("conv", StringComparison.Ordinal) ? OperationGroup.Convolution : OperationGroup.Other,
    };
}
