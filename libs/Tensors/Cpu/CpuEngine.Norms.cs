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
        Check.That(x.Rank is 3 or 4 && x[-1] == weight.Channels, nameof(x), $"expected [n, h, w, {weight.Channels}] or [n, tokens, {weight.Channels}], got {Check.Describe(x)}");
        Check.That(groups >= 1 && weight.Channels % groups == 0, nameof(groups), $"must divide the {weight.Channels} channels, got {groups}");
        Check.That(epsilon is >= 0 and < float.PositiveInfinity, nameof(epsilon), $"must be finite and not negative, got {epsilon}");
        Check.That(
            imagesPerStatistic >= 1 && x[0] % imagesPerStatistic == 0, nameof(imagesPerStatistic), $"must divide the {x[0]} images, got {imagesPerStatistic}");
        CheckActivation(activation, nameof(activation));
        var result = New(x.Shape);
        if (input.Length == 0) return result;
        var statistics = x[0] / imagesPerStatistic;
        var arguments = new GroupNormArguments
        {
            X = input.Pointer,
            Y = result.Pointer,
            Statistics = statistics,
            Rows = Rows(input.Length / weight.Channels / statistics, nameof(x)),
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
        Check.That(x.Rank >= 1 && x[-1] == weight.Channels, nameof(x), $"the last of {Check.Describe(x)} must be {weight.Channels}");
        Check.That(epsilon is >= 0 and < float.PositiveInfinity, nameof(epsilon), $"must be finite and not negative, got {epsilon}");
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
