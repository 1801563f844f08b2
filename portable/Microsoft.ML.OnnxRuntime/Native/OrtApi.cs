using System.Runtime.InteropServices;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>The C API's function table, loaded on first use, and its status and string conventions.</summary>
internal static unsafe class OrtApi
{
    /// <summary>API version asked for: the first with every function of <see cref="OrtFunction"/>; later libraries serve it too.</summary>
    public const uint Version = 17;

    private static readonly Lock Gate = new();
    private static nint* _table;
    private static nint _allocator;
    private static nint _cpuMemory;
    private static string _libraryVersion = "";

    /// <summary>Version of the loaded library, such as 1.30.0.</summary>
    public static string LibraryVersion
    {
        get
        {
            EnsureLoaded();
            return _libraryVersion;
        }
    }

    /// <summary>Describes plain CPU memory to the library.</summary>
    public static nint CpuMemory
    {
        get
        {
            EnsureLoaded();
            return _cpuMemory;
        }
    }

    /// <summary>The library's default allocator, which owns the strings it hands out.</summary>
    public static nint Allocator
    {
        get
        {
            EnsureLoaded();
            return _allocator;
        }
    }

    /// <summary>Address of a function.</summary>
    public static nint Address(OrtFunction function)
    {
        EnsureLoaded();
        return _table[(int)function];
    }

    /// <summary>Releases an object of the library.</summary>
    public static void Release(OrtFunction releaser, nint handle)
        => ((delegate* unmanaged[Cdecl]<nint, void>)Address(releaser))(handle);

    /// <summary>Turns a status into an exception, and frees it.</summary>
    /// <exception cref="OnnxRuntimeException">The status is not success.</exception>
    public static void Check(nint status)
    {
        if (status == 0)
            return;
        var code = (ErrorCode)((delegate* unmanaged[Cdecl]<nint, int>)Address(OrtFunction.GetErrorCode))(status);
        var message = Utf8(((delegate* unmanaged[Cdecl]<nint, nint>)Address(OrtFunction.GetErrorMessage))(status));
        Release(OrtFunction.ReleaseStatus, status);
        throw new OnnxRuntimeException(code, message);
    }

    /// <summary>Copies a string that stays the library's.</summary>
    public static string Utf8(nint text) => Marshal.PtrToStringUTF8(text) ?? "";

    /// <summary>Copies a string that the default allocator gave out, and frees it.</summary>
    public static string TakeUtf8(nint text)
    {
        try
        {
            return Utf8(text);
        }
        finally
        {
            Check(((delegate* unmanaged[Cdecl]<nint, nint, nint>)Address(OrtFunction.AllocatorFree))(_allocator, text));
        }
    }

    private static void EnsureLoaded()
    {
        if (Volatile.Read(ref _cpuMemory) != 0)
            return;
        lock (Gate)
        {
            if (_cpuMemory == 0)
                Load();
        }
    }

    private static void Load()
    {
        var library = NativeLibraryLocator.Load(out var path);
        if (!NativeLibrary.TryGetExport(library, "OrtGetApiBase", out var getApiBase))
            throw new DllNotFoundException($"{path} is not an ONNX Runtime library: it does not export OrtGetApiBase.");

        // OrtApiBase has two entries: GetApi(version) and GetVersionString().
        var apiBase = (nint*)((delegate* unmanaged[Cdecl]<nint>)getApiBase)();
        var version = Utf8(((delegate* unmanaged[Cdecl]<nint>)apiBase[1])());
        var table = (nint*)((delegate* unmanaged[Cdecl]<uint, nint>)apiBase[0])(Version);
        if (table is null)
            throw new DllNotFoundException($"{path} is ONNX Runtime {version}; 1.{Version} or newer is needed (run eng/onnxruntime.sh).");

        const int DeviceAllocator = 0;
        const int DefaultMemory = 0;
        nint allocator, cpuMemory;
        CheckBare(table, ((delegate* unmanaged[Cdecl]<nint*, nint>)table[(int)OrtFunction.GetAllocatorWithDefaultOptions])(&allocator), path);
        CheckBare(
            table,
            ((delegate* unmanaged[Cdecl]<int, int, nint*, nint>)table[(int)OrtFunction.CreateCpuMemoryInfo])(DeviceAllocator, DefaultMemory, &cpuMemory),
            path);
        _table = table;
        _allocator = allocator;
        _libraryVersion = version;
        Volatile.Write(ref _cpuMemory, cpuMemory);
    }

    private static void CheckBare(nint* table, nint status, string path)
    {
        if (status != 0)
            throw new DllNotFoundException($"{path}: {Utf8(((delegate* unmanaged[Cdecl]<nint, nint>)table[(int)OrtFunction.GetErrorMessage])(status))}");
    }
}
