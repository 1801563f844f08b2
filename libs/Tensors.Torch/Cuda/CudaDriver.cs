using System.Runtime.InteropServices;

namespace VideoGrain.Tensors.Torch.Cuda;

/// <summary>The functions of the CUDA driver that load a kernel and start it, in the calling thread's context, which is libtorch's.</summary>
internal sealed unsafe class CudaDriver
{
    private const int Success = 0;

    private static readonly string[] Names = ["libcuda.so.1", "nvcuda.dll"];

    private readonly delegate* unmanaged<nint*, void*, int> _moduleLoadData;
    private readonly delegate* unmanaged<nint, int> _moduleUnload;
    private readonly delegate* unmanaged<nint*, nint, byte*, int> _moduleGetFunction;
    private readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> _launchKernel;
    private readonly delegate* unmanaged<int, byte**, int> _getErrorName;

    private CudaDriver(nint library)
    {
        _moduleLoadData = (delegate* unmanaged<nint*, void*, int>)NativeLibrary.GetExport(library, "cuModuleLoadData");
        _moduleUnload = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "cuModuleUnload");
        _moduleGetFunction = (delegate* unmanaged<nint*, nint, byte*, int>)NativeLibrary.GetExport(library, "cuModuleGetFunction");
        _launchKernel = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)NativeLibrary.GetExport(library, "cuLaunchKernel");
        _getErrorName = (delegate* unmanaged<int, byte**, int>)NativeLibrary.GetExport(library, "cuGetErrorName");
    }

    /// <summary>The driver; null where there is none.</summary>
    public static CudaDriver? Find() => Open(Names);

    /// <summary>The first of some libraries that loads and has these functions; null for none.</summary>
    public static CudaDriver? Open(IEnumerable<string> libraries) => NativeLibraries.Open(libraries, library => new CudaDriver(library));

    /// <summary>Loads machine code.</summary>
    public nint Load(byte[] image)
    {
        nint module;
        fixed (byte* data = image) Check(_moduleLoadData(&module, data), "loading a kernel");
        return module;
    }

    /// <summary>A kernel of loaded code.</summary>
    public nint Kernel(nint module, string name)
    {
        using var texts = new NativeTexts();
        nint kernel;
        Check(_moduleGetFunction(&kernel, module, (byte*)texts.Add(name)), "looking for a kernel");
        return kernel;
    }

    /// <summary>Puts a kernel behind the work of the device's default stream, which is TorchSharp's.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="columns">Blocks along the grid's first axis.</param>
    /// <param name="rows">Blocks along its second axis, up to 65535.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="arguments">Where each argument lies.</param>
    public void Launch(nint kernel, int columns, int rows, int threads, void** arguments) =>
        Check(_launchKernel(kernel, (uint)columns, (uint)rows, 1, (uint)threads, 1, 1, 0, 0, arguments, null), "starting a kernel");

    /// <summary>Ends loaded code. Errors are of no use by then: at the end of a process the device may be gone.</summary>
    public void Unload(nint module) => _ = _moduleUnload(module);

    private void Check(int status, string what)
    {
        if (status == Success) return;
        byte* name;
        var known = _getErrorName(status, &name) == Success;
        throw new ExternalException($"{what}, the CUDA driver reported error {status}{(known ? $", {Marshal.PtrToStringUTF8((nint)name)}" : "")}", status);
    }
}
