using TorchSharp;

namespace VideoGrain.Tensors.Torch.Internal;

/// <summary>A tensor of the Torch engine: dense, a window on shared storage.</summary>
internal sealed class TorchTensor : Tensor
{
    private readonly long _offset;
    private readonly long[] _sizes;

    /// <summary>A window that starts <paramref name="offset"/> elements into the storage.</summary>
    public TorchTensor(TorchStorage storage, long offset, ReadOnlySpan<int> shape)
        : base(shape)
    {
        Storage = storage;
        _offset = offset;
        _sizes = [.. shape.ToArray().Select(size => (long)size)];
        Length = ElementCount;
    }

    /// <summary>The shared memory.</summary>
    public TorchStorage Storage { get; }

    /// <summary>Number of elements, computed once.</summary>
    public long Length { get; }

    /// <summary>The library's view of it, which ends with the library's current scope.</summary>
    public torch.Tensor View() => View(_sizes);

    /// <summary>The same elements under other sizes.</summary>
    public torch.Tensor View(params long[] sizes) => Storage.Values.narrow(0, _offset, Length).view(sizes);

    /// <inheritdoc/>
    public override Tensor Reshape(params ReadOnlySpan<int> shape)
    {
        OperandChecks.Reshape(this, shape);
        return new TorchTensor(Storage, _offset, shape);
    }

    /// <inheritdoc/>
    public override Tensor Slice(int start, int count)
    {
        var shape = OperandChecks.Slice(this, start, count);
        var stride = this[0] == 0 ? 0 : Length / this[0];
        return new TorchTensor(Storage, _offset + (start * stride), shape);
    }

    /// <inheritdoc/>
    public override void Dispose() => Storage.Release();
}
