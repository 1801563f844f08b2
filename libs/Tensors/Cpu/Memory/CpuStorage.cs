namespace VideoGrain.Tensors.Cpu.Memory;

/// <summary>The memory behind a tensor and its views; all of them end together.</summary>
internal sealed unsafe class CpuStorage(CpuEngine engine, NativeBuffer buffer, long bytes)
{
    private NativeBuffer? _buffer = buffer;

    /// <summary>The engine this memory belongs to.</summary>
    public CpuEngine Engine => engine;

    /// <summary>Bytes the elements take.</summary>
    public long Bytes => bytes;

    /// <summary>Scope that ends this memory; null when the caller does.</summary>
    public CpuScope? Owner { get; set; }

    /// <summary>First element.</summary>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed, or its scope has ended.</exception>
    public float* Pointer =>
        _buffer is null ? throw new ObjectDisposedException(nameof(Tensor), "the tensor was disposed or its scope has ended") : _buffer.Pointer;

    /// <summary>Hands the memory back; does nothing the second time.</summary>
    public void Release()
    {
        if (_buffer is null) return;
        engine.Reclaim(_buffer, bytes);
        _buffer = null;
        Owner = null;
    }
}
