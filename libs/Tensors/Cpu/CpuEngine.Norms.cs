using VideoGrain.Tensors.Cpu.Kernels;

namespace VideoGrain.Tensors.Cpu;

/// <content>Normalisations.</content>
public sealed unsafe partial class CpuEngine
{
    /// <inheritdoc/>
    public Tensor GroupNorm(Tensor x, NormWeight weight, int groups, float epsilon, int imagesPerStatistic, Activation activation = Activation.None)
    {
        var input = Own(x, nameof(x));
        var own = Own(weight, nameof(weight));
        OperandChecks.GroupNorm(x, weight, groups, epsilon, imagesPerStatistic, activation);
        var result = New(x.Shape);
        if (input.Length == 0) return result;
        var statistics = x[0] / imagesPerStatistic;
        var arguments = new GroupNormArguments
        {
            X = input.Pointer,
            Y = result.Pointer,
            Statistics = statistics,
            Rows = OperandChecks.Size(input.Length / weight.Channels / statistics, nameof(x)),
            Channels = weight.Channels,
            Groups = groups,
            Epsilon = epsilon,
            Scale = own.Scale,
            Shift = own.Shift,
            Activation = activation,
        };
        _kernels.GroupNorm(this, ref arguments);
        return result;
    }

    /// <inheritdoc/>
    public Tensor LayerNorm(Tensor x, NormWeight weight, float epsilon)
    {
        var input = Own(x, nameof(x));
        var own = Own(weight, nameof(weight));
        OperandChecks.LayerNorm(x, weight, epsilon);
        var result = New(x.Shape);
        var arguments = new PointwiseArguments
        {
            A = input.Pointer,
            B = own.Scale,
            C = own.Shift,
            Y = result.Pointer,
            Count = input.Length / weight.Channels,
            Width = weight.Channels,
            Beta = epsilon,
        };
        _kernels.LayerNorm(this, ref arguments);
        return result;
    }
}
