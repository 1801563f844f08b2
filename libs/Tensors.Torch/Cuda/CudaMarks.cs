using VideoGrain.Tensors.Timing;

namespace VideoGrain.Tensors.Torch.Cuda;

/// <summary>Marks in the queue of a CUDA device: events.</summary>
internal sealed class CudaMarks(CudaRuntime runtime, int device) : IDeviceMarks
{
    /// <inheritdoc/>
    public nint Create()
    {
        runtime.SetDevice(device);
        return runtime.CreateEvent();
    }

    /// <inheritdoc/>
    public void Set(nint mark)
    {
        runtime.SetDevice(device);
        runtime.Record(mark);
    }

    /// <inheritdoc/>
    public bool IsReached(nint mark) => runtime.IsDone(mark);

    /// <inheritdoc/>
    public void Wait(nint mark) => runtime.Wait(mark);

    /// <inheritdoc/>
    public TimeSpan Between(nint earlier, nint later) => TimeSpan.FromMilliseconds(runtime.Milliseconds(earlier, later));

    /// <inheritdoc/>
    public void Destroy(nint mark) => runtime.Destroy(mark);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
