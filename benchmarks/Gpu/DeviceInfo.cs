using System.Runtime.InteropServices;
using System.Text;

namespace VideoGrain.Gpu.Benchmarks;

/// <summary>What tables call the device.</summary>
internal static unsafe partial class DeviceInfo
{
    private const int LongestName = 256;

    /// <summary>Name of a CUDA device, or of the processor for -1.</summary>
    public static string Name(int device)
    {
        if (device < 0) return Processor();
        try
        {
            var name = stackalloc byte[LongestName];
            return GetName(name, LongestName, device) == 0 ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)) : $"CUDA device {device}";
        }
        catch (DllNotFoundException)
        {
            return $"CUDA device {device}";
        }
    }

    private static string Processor()
    {
        const string Model = "model name";
        var line = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(text => text.StartsWith(Model, StringComparison.Ordinal)) : null;
        return line is null ? "processor" : line[(line.IndexOf(':') + 1)..].Trim();
    }

    [LibraryImport("libcuda.so.1", EntryPoint = "cuDeviceGetName")]
    private static partial int GetName(byte* name, int length, int device);
}
