using TorchSharp;
using VideoGrain.Tensors.Torch.Internal;

namespace VideoGrain.Tensors.Torch;

/// <content>Element-wise operations and copies.</content>
public sealed partial class TorchEngine
{
    // x sigmoid(1.702 x) is the approximation of GELU that OpenAI's CLIP was trained with.
    private const float OpenAiGeluSlope = 1.702f;

    /// <inheritdoc/>
    public Tensor Activate(Tensor x, Activation activation)
    {
        var input = Own(x, nameof(x));
        OperandChecks.KnownActivation(activation, nameof(activation));
        return Compute(OperationGroup.Other, x.Shape, () => Activate(input.View().clone(), activation));
    }

    /// <inheritdoc/>
    public Tensor Combine(Tensor a, float alpha, Tensor b, float beta)
    {
        var (left, right) = (Own(a, nameof(a)), Own(b, nameof(b)));
        OperandChecks.Combine(a, b);
        return Compute(OperationGroup.Other, a.Shape, () => left.View(left.Length / right.Length, right.Length).Times(alpha).PlusInPlace(right.View(1, right.Length), beta));
    }

    /// <inheritdoc/>
    public Tensor Affine(Tensor x, float scale, float offset = 0)
    {
        var input = Own(x, nameof(x));
        return Compute(OperationGroup.Other, x.Shape, () => input.View().Times(scale).PlusInPlace(offset));
    }

    /// <inheritdoc/>
    public Tensor Blend(Tensor mask, Tensor a, Tensor b)
    {
        var (weights, left, right) = (Own(mask, nameof(mask)), Own(a, nameof(a)), Own(b, nameof(b)));
        OperandChecks.Blend(mask, a, b);
        return Compute(OperationGroup.Other, a.Shape, () => right.View().lerp(left.View(), weights.View()));
    }

    /// <inheritdoc/>
    public Tensor ConcatChannels(Tensor a, Tensor b)
    {
        var (left, right) = (Own(a, nameof(a)), Own(b, nameof(b)));
        var shape = OperandChecks.ConcatChannels(a, b);
        return Compute(OperationGroup.Other, shape, () => torch.cat([left.View(), right.View()], -1));
    }

    /// <inheritdoc/>
    public Tensor ConcatBatch(params ReadOnlySpan<Tensor> parts)
    {
        Check.That(parts.Length > 0, nameof(parts), $"at least one tensor is needed");
        foreach (var part in parts) Own(part, nameof(parts));
        var shape = OperandChecks.ConcatBatch(parts);
        var own = parts.ToArray();
        return Compute(OperationGroup.Other, shape, () => torch.cat([.. own.Select(part => Own(part, nameof(parts)).View())]));
    }

    /// <inheritdoc/>
    public Tensor UpsampleNearest2x(Tensor x)
    {
        var input = Own(x, nameof(x));
        var shape = OperandChecks.UpsampleNearest2x(x);
        long images = x[0], height = x[1], width = x[2], channels = x[3];
        return Compute(OperationGroup.Other, shape, () => input.View(images, height, 1, width, 1, channels).expand(images, height, 2, width, 2, channels));
    }
}
