using TorchSharp;

namespace VideoGrain.Tensors.Torch.Internal;

/// <summary>A weight of this engine.</summary>
internal interface ITorchWeight
{
    /// <summary>Name of the engines that can compute with it: those of one device and one precision.</summary>
    string PackedFor { get; }
}

/// <summary>What all weights on a device share.</summary>
internal static class DeviceWeight
{
    /// <summary>The tensor, unless it has been disposed.</summary>
    public static torch.Tensor Alive(torch.Tensor tensor, string weight) =>
        tensor.IsInvalid ? throw new ObjectDisposedException(weight, "the weight was disposed") : tensor;
}

/// <summary>A linear layer on the device: [outputs, inputs] and [outputs].</summary>
internal sealed class TorchLinearWeight(string packedFor, torch.Tensor weight, torch.Tensor? bias) : LinearWeight, ITorchWeight
{
    /// <inheritdoc/>
    public string PackedFor => packedFor;

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
internal sealed class TorchConvWeight(string packedFor, torch.Tensor weight, torch.Tensor? bias) : ConvWeight, ITorchWeight
{
    /// <inheritdoc/>
    public string PackedFor => packedFor;

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
internal sealed class TorchNormWeight(string packedFor, torch.Tensor scale, torch.Tensor shift) : NormWeight, ITorchWeight
{
    /// <inheritdoc/>
    public string PackedFor => packedFor;

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
internal sealed class TorchEmbeddingWeight(string packedFor, torch.Tensor table) : EmbeddingWeight, ITorchWeight
{
    /// <inheritdoc/>
    public string PackedFor => packedFor;

    /// <summary>The table [rows, width].</summary>
    public torch.Tensor Table => DeviceWeight.Alive(table, nameof(EmbeddingWeight));

    /// <inheritdoc/>
    public override void Dispose() => table.Dispose();
}
