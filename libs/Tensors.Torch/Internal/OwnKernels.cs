using System.Runtime.InteropServices;
using VideoGrain.Tensors.Torch.Cuda;

namespace VideoGrain.Tensors.Torch.Internal;

/// <summary>This project's own kernels on a CUDA device. Where one cannot run it says so, once for each size of head, and its caller goes on with the library.</summary>
internal sealed class OwnKernels : IDisposable
{
    // CUDA_ERROR_OUT_OF_MEMORY.
    private const int OutOfMemory = 2;

    private readonly RowRangesKernel? _rowRanges;
    private readonly HashSet<int> _failed = [];
    private readonly Action<string>? _tell;

    /// <summary>Looks for what the kernels need.</summary>
    /// <param name="runtime">The runtime that libtorch has loaded; null where it was not found.</param>
    /// <param name="driver">The driver; null where it was not found.</param>
    /// <param name="compiler">The compiler; null where it was not found.</param>
    /// <param name="device">The device.</param>
    /// <param name="bfloat16">Elements are bfloat16, else fp16.</param>
    /// <param name="tell">Is told what is done without a kernel, and why; null for nobody.</param>
    public OwnKernels(CudaRuntime? runtime, CudaDriver? driver, CudaCompiler? compiler, int device, bool bfloat16, Action<string>? tell)
    {
        _tell = tell;
        try
        {
            if (runtime is null) Tell("libtorch's CUDA runtime was not found");
            else if (driver is null) Tell("the CUDA driver's library was not found");
            else if (compiler is null) Tell("NVRTC was found neither beside libtorch nor on the loader's path");
            else _rowRanges = new RowRangesKernel(runtime, driver, compiler, device, bfloat16);
        }
        catch (Exception error) when (error is ExternalException or PlatformNotSupportedException)
        {
            Tell(error.Message);
        }
    }

    /// <summary>Why the library does something that a kernel should do; null while none has failed.</summary>
    public string? Fallback { get; private set; }

    /// <summary>Queues what <see cref="RowRangesKernel.Run"/> says; false where the library has to do it.</summary>
    public bool TryRowRanges(TorchTensor q, TorchTensor k, TorchSharp.torch.Tensor ranges, int heads, float scale)
    {
        int entries = k[0], size = q[2] / heads;
        var queries = entries == 0 ? 0 : (long)q[0] / entries * q[1];
        if (_rowRanges is null || _failed.Contains(size)) return false;
        try
        {
            nint first = TensorAddress.Of(q.View()), second = TensorAddress.Of(k.View());
            if (!RowRangesKernel.Takes(size, (long)entries * heads, queries, first, second)) return false;
            _rowRanges.Run(first, second, TensorAddress.Of(ranges), entries, (int)queries, k[1], heads, size, scale);
            return true;
        }
        catch (ExternalException error) when (error.ErrorCode == OutOfMemory)
        {
            // There may be room for it next time.
            return false;
        }
        catch (Exception error) when (error is ExternalException or DllNotFoundException or EntryPointNotFoundException)
        {
            _failed.Add(size);
            Tell(error.Message);
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _rowRanges?.Dispose();

    private void Tell(string reason)
    {
        Fallback = $"the extremes of ST-Layout attention's rows are taken by the library, which is several times slower than the kernel for them: {reason}";
        _tell?.Invoke(Fallback);
    }
}
