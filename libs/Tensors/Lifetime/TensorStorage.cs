namespace VideoGrain.Tensors.Lifetime;

/// <summary>The memory behind a tensor and its views; all of them end together.</summary>
internal abstract class TensorStorage
{
    /// <summary>Scope that ends this memory; null when the caller does.</summary>
    public EngineScope? Owner { get; set; }

    /// <summary>Hands the memory back; does nothing the second time.</summary>
    public abstract void Release();

    /// <summary>What to throw where the memory is gone.</summary>
    protected static ObjectDisposedException Ended() => new(nameof(Tensor), "the tensor was disposed or its scope has ended");
}
