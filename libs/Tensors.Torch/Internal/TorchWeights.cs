using TorchSharp;

namespace VideoGrain.Tensors.Torch.Internal;

/// <summary>What all weights on a device share.</summary>
internal static class DeviceWeight
{
    /// <summary>The tensor, unless it has been disposed.</summary>
    public static torch.Tensor Alive(torch.Tensor tensor, string weight) =>
        tensor.IsInvalid ? throw new ObjectDisposedException(weight, "the weight was disposed") : tensor;
}

/// <summary>A linear layer on the device: [outputs, inputs] and [outputs].</summary>
internal sealed class TorchLinearWeight(torch.Tensor weight, torch.Tensor? bias) : LinearWeight
{
    /// <summary>The matrix.</summary>
    public torch.Tensor Weight => DeviceWeight.Alive(weight, nameof(LinearWeight));

    /// <summary>The bias; null for none.</summary>
    public torch.Tensor? Bias => bias;

    /// <inheritdoc/>
    public override void Dispose()
    {
        weight.Dispose();
        bias?.Dispose();
    }
}

/// <summary>A kernel on the device: [outputs, inputs, k, k] in memory as [outputs, k, k, inputs], and its bias.</summary>
internal sealed class TorchConvWeight(torch.Tensor weight, torch.Tensor? bias) : ConvWeight
{
    /// <summary>The kernel, channels last.</summary>
    public torch.Tensor Weight => DeviceWeight.Alive(weight, nameof(ConvWeight));

    /// <summary>The bias; null for none.</summary>
    public torch.Tensor? Bias => bias;

    /// <inheritdoc/>
    public override void Dispose()
    {
        weight.Dispose();
        bias?.Dispose();
    }
}

/// <summary>A normalisation's scale and shift on the device.</summary>
internal sealed class TorchNormWeight(torch.Tensor scale, torch.Tensor shift) : NormWeight
{
    /// <summary>Scale [channels].</summary>
    public torch.Tensor Scale => DeviceWeight.Alive(scale, nameof(NormWeight));

    /// <summary>Shift [channels].</summary>
    public torch.Tensor Shift => shift;

    /// <inheritdoc/>
    public override void Dispose()
    {
        scale.Dispose();
        shift.Dispose();
    }
}

/// <summary>A lookup table on the device.</summary>
internal sealed class TorchEmbeddingWeight(torch.Tensor table) : EmbeddingWeight
{
    /// <summary>The table [rows, width].</summary>
    public torch.Tensor Table => DeviceWeight.Alive(table, nameof(EmbeddingWeight));

    /// <inheritdoc/>
    public override void Dispose() => table.Dispose();
}
