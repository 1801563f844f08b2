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
        var own = OwnWeight<TorchLinearWeight>(weight, nameof(weight));
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
        var own = OwnWeight<TorchLinearWeight>(weight, nameof(weight));
        var shape = OperandChecks.LinearGeglu(x, weight);
        return Compute(OperationGroup.Linear, shape, () =>
        {
            var halves = functional.linear(input.View(), own.Weight, own.Bias).chunk(2, -1);
            return Gelu(halves[1]).mul_(halves[0]);
        });
    }

    /// <inheritdoc/>
    public Tensor Conv2d(Tensor x, ConvWeight weight, Tensor? shift = null, Tensor? residual = null)
    {
        var input = Own(x, nameof(x));
        var own = OwnWeight<TorchConvWeight>(weight, nameof(weight));
        TorchTensor? shifted = OwnOptional(shift, nameof(shift)), added = OwnOptional(residual, nameof(residual));
        var shape = OperandChecks.Conv2d(x, weight, shift, residual);
        return Compute(weight.Kernel == 1 ? OperationGroup.Linear : OperationGroup.Convolution, shape, () =>
        {
            var y = weight.Kernel == 1 ? EachPixel(input.View(), own) : Windows(input.View().permute(0, 3, 1, 2), own);
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
        var own = OwnWeight<TorchNormWeight>(weight, nameof(weight));
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
        var own = OwnWeight<TorchNormWeight>(weight, nameof(weight));
        OperandChecks.LayerNorm(x, weight, epsilon);
        return Compute(OperationGroup.Norm, x.Shape, () => functional.layer_norm(input.View(), [weight.Channels], own.Scale, own.Shift, epsilon));
    }

    /// <summary>Convolves images [n, c, h, w], channels last in memory, to [n, oh, ow, c].</summary>
    private static torch.Tensor Windows(torch.Tensor images, TorchConvWeight weight)
    {
        var padding = weight.Padding;
        var even = padding.Top == padding.Bottom && padding.Left == padding.Right;
        if (!even) images = functional.pad(images, new long[] { padding.Left, padding.Right, padding.Top, padding.Bottom });
        var y = functional.conv2d(images, weight.Weight, weight.Bias, [weight.Stride, weight.Stride], even ? [padding.Top, padding.Left] : [0, 0]);
        return y.permute(0, 2, 3, 1).contiguous();
    }

    /// <summary>
    /// The same by a kernel of one pixel, from images [n, h, w, c]: a linear layer on the pixels that it meets. The library's convolution for it is wrong on
    /// some processors.
    /// </summary>
    private static torch.Tensor EachPixel(torch.Tensor images, TorchConvWeight weight)
    {
        var padding = weight.Padding;
        var padded = functional.pad(images, new long[] { 0, 0, padding.Left, padding.Right, padding.Top, padding.Bottom });
        var met = padded.slice(1, 0, padded.shape[1], weight.Stride).slice(2, 0, padded.shape[2], weight.Stride);
        return functional.linear(met, weight.Weight.reshape(weight.Outputs, weight.Inputs), weight.Bias);
    }

    /// <summary>x Phi(x) = x erfc(-x / sqrt 2) / 2. On processors the library's own, which is oneDNN's, is not as exact as single precision can be.</summary>
    private torch.Tensor Gelu(torch.Tensor x) => _device.type == DeviceType.CPU && !IsHalf
        ? torch.special.erfc(x.Times(-Math.Sqrt(0.5))).mul_(x).TimesInPlace(0.5)
        : functional.gelu(x);

    /// <summary>Applies a non-linearity to a new tensor of the library.</summary>
    private torch.Tensor Activate(torch.Tensor x, Activation activation) => activation switch
    {
        Activation.Silu => functional.silu(x, inplace: true),
        Activation.QuickGelu => x.mul_(torch.sigmoid(x.Times(OpenAiGeluSlope))),
        Activation.Gelu => Gelu(x),
        _ => x,
    };

    /// <summary>
    /// Normalises images [statistics, rows, channels] where they lie. Sums and the channels' deviations are computed in fp32; the deviations leave the library in
    /// half precision, which costs a statistic of many channels next to nothing. Subtracting a mean that half precision holds exactly comes first, so that no later
    /// rounding is relative to a large mean. In fp16 a number may lie no further than 65504 from its channel's mean.
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
