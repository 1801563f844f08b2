using VideoGrain.Tensors.Lifetime;

namespace VideoGrain.Tensors.Cpu.Memory;

/// <summary>Memory of the CPU engine.</summary>
internal sealed unsafe class CpuStorage(CpuEngine engine, NativeBuffer buffer, long bytes) : TensorStorage
{
    private NativeBuffer? _buffer = buffer;

    /// <summary>The engine this memory belongs to.</summary>
    public CpuEngine Engine => engine;

    /// <summary>First element.</summary>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed, or its scope has ended.</exception>
    public float* Pointer => _buffer is null ? throw Ended() : _buffer.Pointer;

    /// <inheritdoc/>
    public override void Release()
    {
        if (_buffer is null) return;
        engine.Reclaim(_buffer, bytes);
        _buffer = null;
        Owner = null;
    }
}
