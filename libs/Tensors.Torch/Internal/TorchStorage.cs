using TorchSharp;
using VideoGrain.Tensors.Lifetime;

namespace VideoGrain.Tensors.Torch.Internal;

/// <summary>Memory of the Torch engine: one contiguous tensor of the library.</summary>
internal sealed class TorchStorage(TorchEngine engine, torch.Tensor values) : TensorStorage
{
    private torch.Tensor? _values = values;

    /// <summary>The engine this memory belongs to.</summary>
    public TorchEngine Engine => engine;

    /// <summary>Its size.</summary>
    public long Bytes { get; } = values.NumberOfElements * values.ElementSize;

    /// <summary>The elements, in one dimension.</summary>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed, or its scope has ended.</exception>
    public torch.Tensor Values => _values ?? throw Ended();

    /// <inheritdoc/>
    public override void Release()
    {
        if (_values is null) return;
        _values.Dispose();
        _values = null;
        engine.Reclaim(Bytes);
        Owner = null;
    }
}
