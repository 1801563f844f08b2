namespace VideoGrain.Tensors.Cpu.Memory;

/// <summary>Memory that one operation borrows.</summary>
internal readonly unsafe struct Workspace(CpuEngine engine, NativeBuffer buffer, long bytes) : IDisposable
{
    /// <summary>First element.</summary>
    public float* Pointer => buffer.Pointer;

    /// <summary>Hands the memory back.</summary>
    public void Dispose() => engine.Reclaim(buffer, bytes);
}
