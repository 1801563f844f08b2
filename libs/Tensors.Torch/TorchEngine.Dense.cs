using TorchSharp;
using VideoGrain.Tensors.Torch.Internal;
using static TorchSharp.torch.nn;

namespace VideoGrain.Tensors.Torch;

/// <content>Linear layers, convolutions and normalisations.</content>
public sealed partial class TorchEngine
{
    /// <inheritdoc/>
    public Tensor Linear(Tensor x, LinearWeight weight, Activation activation = Activation.None, Tensor? residual = null)
    {
        var input = Own(x, nameof(x));
        var own = Own<TorchLinearWeight>(weight, nameof(weight));
        var added = OwnOptional(residual, nameof(residual));
        var shape = OperandChecks.Linear(x, weight, activation, residual);
        return Compute(OperationGroup.Linear, shape, () =>
        {
            var y = Activate(functional.linear(input.View(), own.Weight, own.Bias), activation);
            return added is null ? y : y.PlusInPlace(added.View());
        });
    }

    /// <inheritdoc/>
    public Tensor LinearGeglu(Tensor x, LinearWeight weight)
    {
        var input = Own(x, nameof(x));
        var own = Own<TorchLinearWeight>(weight, nameof(weight));
        var shape = OperandChecks.LinearGeglu(x, weight);
        return Compute(OperationGroup.Linear, shape, () =>
        {
            var halves = functional.linear(input.View(), own.Weight, own.Bias).chunk(2, -1);
            return functional.gelu(halves[1]).mul_(halves[0]);
        });
    }

    /// <inheritdoc/>
    public Tensor Conv2d(Tensor x, ConvWeight weight, Tensor? shift = null, Tensor? residual = null)
    {
        var input = Own(x, nameof(x));
        var own = Own<TorchConvWeight>(weight, nameof(weight));
        TorchTensor? shifted = OwnOptional(shift, nameof(shift)), added = OwnOptional(residual, nameof(residual));
        var shape = OperandChecks.Conv2d(x, weight, shift, residual);
        return Compute(OperationGroup.Convolution, shape, () =>
        {
            var image = input.View().permute(0, 3, 1, 2);
            var padding = weight.Padding;
            var even = padding.Top == padding.Bottom && padding.Left == padding.Right;
            if (!even) image = functional.pad(image, new long[] { padding.Left, padding.Right, padding.Top, padding.Bottom });
            var y = functional.conv2d(image, own.Weight, own.Bias, [weight.Stride, weight.Stride], even ? [padding.Top, padding.Left] : [0, 0]);
            y = y.permute(0, 2, 3, 1).contiguous();
            if (shifted is not null)
            {
                long rows = shifted[0], images = shape[0] / rows;
                y.view(rows, images, (long)shape[1] * shape[2], shape[3]).PlusInPlace(shifted.View(rows, 1, 1, shape[3]));
            }

            return added is null ? y : y.PlusInPlace(added.View());
        });
    }

    /// <inheritdoc/>
    public Tensor GroupNorm(Tensor x, NormWeight weight, int groups, float epsilon, int imagesPerStatistic, Activation activation = Activation.None)
    {
        var input = Own(x, nameof(x));
        var own = Own<TorchNormWeight>(weight, nameof(weight));
        OperandChecks.GroupNorm(x, weight, groups, epsilon, imagesPerStatistic, activation);
        return Compute(OperationGroup.Norm, x.Shape, () =>
        {
            var rows = input.Length / weight.Channels / x[0] * imagesPerStatistic;
            var images = input.View(x[0] / imagesPerStatistic, rows, weight.Channels);
            return Activate(IsHalf ? GroupNormInPlace(images, own, groups, epsilon) : GroupNormTransposed(images, own, groups, epsilon), activation);
        });
    }

    /// <inheritdoc/>
    public Tensor LayerNorm(Tensor x, NormWeight weight, float epsilon)
    {
        var input = Own(x, nameof(x));
        var own = Own<TorchNormWeight>(weight, nameof(weight));
        OperandChecks.LayerNorm(x, weight, epsilon);
        return Compute(OperationGroup.Norm, x.Shape, () => functional.layer_norm(input.View(), [weight.Channels], own.Scale, own.Shift, epsilon));
    }

    /// <summary>Applies a non-linearity to a new tensor of the library.</summary>
    private static torch.Tensor Activate(torch.Tensor x, Activation activation) => activation switch
    {
        Activation.Silu => functional.silu(x, inplace: true),
        Activation.QuickGelu => x.mul_(torch.sigmoid(x.Times(OpenAiGeluSlope))),
        Activation.Gelu => functional.gelu(x),
        _ => x,
    };

    /// <summary>
    /// Normalises images [statistics, rows, channels] where they lie. Sums and the channels' deviations are computed in fp32; the deviations leave the library in
    /// half precision, which costs a statistic of many channels next to nothing. Subtracting a mean that half precision holds exactly comes first, so that no later
    /// rounding is relative to a large mean.
    /// </summary>
    private torch.Tensor GroupNormInPlace(torch.Tensor images, TorchNormWeight weight, int groups, float epsilon)
    {
        long statistics = images.shape[0], rows = images.shape[1], channels = images.shape[2], each = channels / groups;
        var means = images.sum(1, true, torch.ScalarType.Float32).Over(rows);
        var deviations = images.std(1, false, true).to(torch.ScalarType.Float32);
        var rounded = means.to(_type);
        var mean = means.view(statistics, groups, each).mean([-1], true);
        var centred = means.view(statistics, groups, each) - mean;
        var variance = deviations.mul(deviations).view(statistics, groups, each).PlusProduct(centred, centred).mean([-1], true);
        var factors = (weight.Scale.to(torch.ScalarType.Float32).view(groups, each) * variance.Plus(epsilon).rsqrt()).view(statistics, 1, channels);
        var offsets = weight.Shift.Plus((rounded - mean.expand(-1, -1, each).reshape(statistics, 1, channels)) * factors);
        return offsets.to(_type).PlusProduct(images - rounded, factors.to(_type));
    }

    /// <summary>
    /// Normalises images [statistics, rows, channels] with the channels second. The library's kernel for channels-last memory squares before it subtracts the mean
    /// and loses precision where the mean is large; the one for this order does not, and on CUDA it is the only one.
    /// </summary>
    private static torch.Tensor GroupNormTransposed(torch.Tensor images, TorchNormWeight weight, int groups, float epsilon) =>
        functional.group_norm(images.transpose(1, 2).contiguous(), groups, weight.Scale, weight.Shift, epsilon).transpose(1, 2).contiguous();
}
