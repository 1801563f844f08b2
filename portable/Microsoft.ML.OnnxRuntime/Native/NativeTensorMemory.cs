using System.Buffers;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>An output tensor's native memory as <see cref="Memory{T}"/>.</summary>
internal sealed unsafe class NativeTensorMemory<T>(OrtValue value) : MemoryManager<T>
    where T : unmanaged
{
    /// <inheritdoc/>
    public override Span<T> GetSpan() => value.GetTensorMutableDataAsSpan<T>();

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        // Native memory does not move: its address is as good as a pin.
        fixed (T* first = GetSpan()[elementIndex..])
            return new MemoryHandle(first);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
