namespace VideoGrain.Tensors.Cpu.Weights;

/// <summary>A convolution's weight on the CPU engine, packed for one of the two ways to compute it.</summary>
internal sealed class CpuConvWeight : ConvWeight
{
    /// <summary>The kernel as the right-hand matrix of a product; null where the convolution goes by Winograd's transform.</summary>
    public PackedMatrix? Direct { get; init; }

    /// <summary>The transformed kernel; null where the convolution is a plain product.</summary>
    public WinogradMatrix? Winograd { get; init; }

    /// <summary>Elements of a vector that the packing is for.</summary>
    public int Width => Direct is null ? Winograd!.Layout.Width : Direct.Layout.Width;

    /// <inheritdoc/>
    public override void Dispose()
    {
        Direct?.Dispose();
        Winograd?.Dispose();
    }
}
