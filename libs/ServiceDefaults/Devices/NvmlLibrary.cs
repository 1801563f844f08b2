using System.Runtime.InteropServices;
using System.Text;

namespace VideoGrain.ServiceDefaults.Devices;

/// <summary>
/// NVIDIA's management library, which comes with the driver: opened where there is one, and asked by the functions that every driver of the last ten
/// years has. Safe for use by several threads, as the library itself is.
/// </summary>
internal sealed class NvmlLibrary : IDisposable
{
    /// <summary>The library's name, by which the system finds it.</summary>
    public const string DefaultName = "libnvidia-ml.so.1";

    private const int Success = 0;
    private const uint DieSensor = 0;

    // NVML_DEVICE_UUID_V2_BUFFER_SIZE and NVML_DEVICE_NAME_V2_BUFFER_SIZE; more than enough for the driver's version.
    private const int TextBytes = 96;
    private const uint MostDevices = 64;
    private const double Percent = 100;
    private const double Thousand = 1000;

    private readonly DeviceOfIndex _deviceOfIndex;
    private readonly DeviceText _uuid;
    private readonly DeviceText _name;
    private readonly DeviceUtilization _utilization;
    private readonly DeviceMemory _memory;
    private readonly DeviceSensor _temperature;
    private readonly DeviceNumber _power;
    private readonly DeviceLongNumber? _energy;
    private readonly Plain _shutdown;
    private int _disposed;

    private NvmlLibrary(nint library)
    {
        _deviceOfIndex = Required<DeviceOfIndex>(library, "nvmlDeviceGetHandleByIndex_v2");
        _uuid = Required<DeviceText>(library, "nvmlDeviceGetUUID");
        _name = Required<DeviceText>(library, "nvmlDeviceGetName");
        _utilization = Required<DeviceUtilization>(library, "nvmlDeviceGetUtilizationRates");
        _memory = Required<DeviceMemory>(library, "nvmlDeviceGetMemoryInfo");
        _temperature = Required<DeviceSensor>(library, "nvmlDeviceGetTemperature");
        _power = Required<DeviceNumber>(library, "nvmlDeviceGetPowerUsage");
        _energy = Optional<DeviceLongNumber>(library, "nvmlDeviceGetTotalEnergyConsumption");
        _shutdown = Required<Plain>(library, "nvmlShutdown");
        var count = Required<Number>(library, "nvmlDeviceGetCount_v2");
        var version = Required<SystemText>(library, "nvmlSystemGetDriverVersion");
        Check(Required<Plain>(library, "nvmlInit_v2")(), "nvmlInit_v2");
        Check(count(out var devices), "nvmlDeviceGetCount_v2");
        Devices = (int)Math.Min(devices, MostDevices);
        DriverVersion = Text(buffer => version(buffer, TextBytes)) ?? "";
    }

    private delegate int Plain();

    private delegate int Number(out uint value);

    private delegate int SystemText([Out] byte[] text, uint length);

    private delegate int DeviceOfIndex(uint index, out nint device);

    private delegate int DeviceText(nint device, [Out] byte[] text, uint length);

    private delegate int DeviceNumber(nint device, out uint value);

    private delegate int DeviceLongNumber(nint device, out ulong value);

    private delegate int DeviceSensor(nint device, uint sensor, out uint value);

    private delegate int DeviceUtilization(nint device, out Utilization value);

    private delegate int DeviceMemory(nint device, out Memory value);

    /// <summary>GPUs that this process sees.</summary>
    public int Devices { get; }

    /// <summary>Version of the driver; empty when it does not tell.</summary>
    public string DriverVersion { get; }

    /// <summary>Opens the library.</summary>
    /// <param name="name">Its name or path.</param>
    /// <param name="problem">Why there is none to ask: it is not installed, too old, or finds no driver.</param>
    /// <returns>The library; null when there is none to ask.</returns>
    public static NvmlLibrary? TryOpen(string name, out string problem)
    {
        problem = "";
        if (!NativeLibrary.TryLoad(name, out var library))
        {
            problem = $"there is no {name}";
            return null;
        }

        try
        {
            return new NvmlLibrary(library);
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or InvalidOperationException)
        {
            problem = exception.Message;
            return null;
        }
    }

    /// <summary>Asks a GPU.</summary>
    /// <param name="index">Which one, from 0.</param>
    /// <returns>What it tells; null when it is gone.</returns>
    public GpuReading? Read(int index)
    {
        if (_deviceOfIndex((uint)index, out var device) != Success || Text(buffer => _uuid(device, buffer, TextBytes)) is not { } id) return null;
        var hasMemory = _memory(device, out var memory) == Success;
        return new GpuReading(
            id,
            $"gpu{index}",
            Text(buffer => _name(device, buffer, TextBytes)) ?? "",
            _utilization(device, out var rates) == Success ? rates.Gpu / Percent : null,
            hasMemory ? (long)memory.Used : null,
            hasMemory ? (long)memory.Total : null,
            _temperature(device, DieSensor, out var celsius) == Success ? celsius : null,
            _power(device, out var milliwatts) == Success ? milliwatts / Thousand : null,
            _energy is not null && _energy(device, out var millijoules) == Success ? millijoules / Thousand : null);
    }

    /// <summary>Ends the use of the library; it stays in memory, as other parts of the process may use it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) _ = _shutdown();
    }

    private static T Required<T>(nint library, string function)
        where T : Delegate => Optional<T>(library, function) ?? throw new EntryPointNotFoundException($"the management library has no {function}");

    private static T? Optional<T>(nint library, string function)
        where T : Delegate => NativeLibrary.TryGetExport(library, function, out var address) ? Marshal.GetDelegateForFunctionPointer<T>(address) : null;

    private static void Check(int result, string function)
    {
        if (result != Success) throw new InvalidOperationException($"{function} answers with error {result}");
    }

    private static string? Text(Func<byte[], int> function)
    {
        var buffer = new byte[TextBytes];
        if (function(buffer) != Success) return null;
        var end = Array.IndexOf(buffer, (byte)0);
        return Encoding.UTF8.GetString(buffer, 0, end < 0 ? buffer.Length : end);
    }

    // nvmlUtilization_t: percent of the sampling period.
    [StructLayout(LayoutKind.Sequential)]
    private struct Utilization
    {
        public uint Gpu;
        public uint Memory;
    }

    // nvmlMemory_t: bytes.
    [StructLayout(LayoutKind.Sequential)]
    private struct Memory
    {
        public ulong Total;
        public ulong Free;
        public ulong Used;
    }
}
