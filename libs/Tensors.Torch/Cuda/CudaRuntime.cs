using System.Runtime.InteropServices;

namespace VideoGrain.Tensors.Torch.Cuda;

/// <summary>
/// The few functions of the CUDA runtime that TorchSharp does not pass on: events, the device's memory and what kind it is. They come from the runtime that libtorch has loaded,
/// since a second one in the process would not see the first one's queue.
/// </summary>
internal sealed unsafe class CudaRuntime
{
    private const int Success = 0, NotReady = 600;
    private const uint TimedEvent = 0;
    private const int CapabilityMajor = 75, CapabilityMinor = 76;

    // Plain names for an installation on the loader's path; libtorch packages bring a copy whose name carries a hash.
    private static readonly string[] Names = ["libcudart.so.13", "libcudart.so.12", "cudart64_13.dll", "cudart64_12.dll"];

    private readonly delegate* unmanaged<int, int> _setDevice;
    private readonly delegate* unmanaged<nint*, uint, int> _eventCreate;
    private readonly delegate* unmanaged<nint, nint, int> _eventRecord;
    private readonly delegate* unmanaged<nint, int> _eventQuery;
    private readonly delegate* unmanaged<nint, int> _eventSynchronize;
    private readonly delegate* unmanaged<float*, nint, nint, int> _eventElapsedTime;
    private readonly delegate* unmanaged<nint, int> _eventDestroy;
    private readonly delegate* unmanaged<nuint*, nuint*, int> _memGetInfo;
    private readonly delegate* unmanaged<int*, int, int, int> _deviceGetAttribute;
    private readonly delegate* unmanaged<int, byte*> _getErrorString;

    private CudaRuntime(nint library)
    {
        _setDevice = (delegate* unmanaged<int, int>)NativeLibrary.GetExport(library, "cudaSetDevice");
        _eventCreate = (delegate* unmanaged<nint*, uint, int>)NativeLibrary.GetExport(library, "cudaEventCreateWithFlags");
        _eventRecord = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(library, "cudaEventRecord");
        _eventQuery = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "cudaEventQuery");
        _eventSynchronize = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "cudaEventSynchronize");
        _eventElapsedTime = (delegate* unmanaged<float*, nint, nint, int>)NativeLibrary.GetExport(library, "cudaEventElapsedTime");
        _eventDestroy = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "cudaEventDestroy");
        _memGetInfo = (delegate* unmanaged<nuint*, nuint*, int>)NativeLibrary.GetExport(library, "cudaMemGetInfo");
        _deviceGetAttribute = (delegate* unmanaged<int*, int, int, int>)NativeLibrary.GetExport(library, "cudaDeviceGetAttribute");
        _getErrorString = (delegate* unmanaged<int, byte*>)NativeLibrary.GetExport(library, "cudaGetErrorString");
    }

    /// <summary>The runtime that this process has loaded; null where there is none, or not one with these functions.</summary>
    public static CudaRuntime? Find() => Open(NativeLibraries.Loaded("libcudart").Concat(Names));

    /// <summary>The first of some libraries that loads and has these functions; null for none.</summary>
    public static CudaRuntime? Open(IEnumerable<string> libraries) => NativeLibraries.Open(libraries, library => new CudaRuntime(library));

    /// <summary>Makes a device the calling thread's.</summary>
    public void SetDevice(int device) => Check(_setDevice(device));

    /// <summary>The same; false where that fails.</summary>
    public bool TrySetDevice(int device) => _setDevice(device) == Success;

    /// <summary>A device's compute capability, ten times its major number and its minor one: 90 for a Hopper GPU.</summary>
    public int Capability(int device)
    {
        int major, minor;
        Check(_deviceGetAttribute(&major, CapabilityMajor, device));
        Check(_deviceGetAttribute(&minor, CapabilityMinor, device));
        return (10 * major) + minor;
    }

    /// <summary>An event of the calling thread's device.</summary>
    public nint CreateEvent()
    {
        nint result;
        Check(_eventCreate(&result, TimedEvent));
        return result;
    }

    /// <summary>Puts an event behind the work of the device's default stream, which is TorchSharp's.</summary>
    public void Record(nint item) => Check(_eventRecord(item, 0));

    /// <summary>Whether the device has come to an event.</summary>
    public bool IsDone(nint item)
    {
        var status = _eventQuery(item);
        if (status == NotReady) return false;
        Check(status);
        return true;
    }

    /// <summary>Waits until the device comes to an event.</summary>
    public void Wait(nint item) => Check(_eventSynchronize(item));

    /// <summary>Milliseconds from one event to another, at a resolution of about half a microsecond.</summary>
    public float Milliseconds(nint earlier, nint later)
    {
        float result;
        Check(_eventElapsedTime(&result, earlier, later));
        return result;
    }

    /// <summary>Ends an event. Errors are of no use by then: at the end of a process the device may be gone.</summary>
    public void Destroy(nint item) => _ = _eventDestroy(item);

    /// <summary>Free and total bytes of the calling thread's device.</summary>
    public (long Free, long Total) Memory()
    {
        nuint free, total;
        Check(_memGetInfo(&free, &total));
        return ((long)free, (long)total);
    }

    // As libtorch says it: by these words services tell a lost device and memory that ran out from other errors.
    private void Check(int status)
    {
        if (status != Success) throw new ExternalException($"CUDA error: {Marshal.PtrToStringUTF8((nint)_getErrorString(status))}", status);
    }
}
