using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using VideoGrain.ServiceDefaults.Devices;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>
/// The GPUs that a stage's process sees, by OpenTelemetry's conventions for hardware. Where there is no NVIDIA driver there are no series. Devices are asked
/// when somebody collects, once for all instruments.
/// </summary>
public sealed partial class GpuInstruments : IDisposable
{
    private const string IdKey = "hw.id";
    private const string NameKey = "hw.name";
    private const string ModelKey = "hw.model";
    private const string VendorKey = "hw.vendor";
    private const string DriverKey = "hw.driver_version";
    private const string TypeKey = "hw.type";
    private const string Vendor = "NVIDIA";
    private const string Gpu = "gpu";

    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(500);

    private readonly string _libraryName;
    private readonly Meter _meter;
    private readonly TimeProvider _time;
    private readonly ILogger<GpuInstruments> _logger;
    private readonly Lock _gate = new();
    private NvmlLibrary? _library;
    private IReadOnlyList<GpuReading> _readings = [];
    private long? _readAt;

    /// <summary>Measures nothing yet.</summary>
    public GpuInstruments(IMeterFactory meters, ServiceDescription service, TimeProvider time, ILogger<GpuInstruments> logger)
        : this(NvmlLibrary.DefaultName, meters, service, time, logger)
    {
    }

    internal GpuInstruments(string libraryName, IMeterFactory meters, ServiceDescription service, TimeProvider time, ILogger<GpuInstruments> logger)
    {
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentNullException.ThrowIfNull(service);
        (_libraryName, _time, _logger) = (libraryName, time, logger);
        _meter = meters.Create(service.MeterName, service.Version);
    }

    /// <summary>Looks for GPUs, and makes the instruments on the service's meter if there are any; to be called once.</summary>
    public void Watch()
    {
        _library = NvmlLibrary.TryOpen(_libraryName, out var problem);
        if (_library is null)
        {
            NotMeasured(_logger, problem);
            return;
        }

        Measured(_logger, _library.Devices, _library.DriverVersion);
        _meter.CreateObservableGauge("hw.gpu.utilization", () => Each(gpu => gpu.Utilization), "1", "Fraction of time that kernels ran on the GPU.");
        _meter.CreateObservableUpDownCounter("hw.gpu.memory.usage", () => Each(gpu => gpu.MemoryUsed), "By", "GPU memory used, by all processes.");
        _meter.CreateObservableUpDownCounter("hw.gpu.memory.limit", () => Each(gpu => gpu.MemoryTotal), "By", "Size of the GPU memory.");
        _meter.CreateObservableGauge("hw.temperature", () => Each(gpu => gpu.Temperature), "Cel", "Temperature of the GPU.");
        _meter.CreateObservableGauge("hw.power", () => Each(gpu => gpu.Power), "W", "Power that the GPU draws.");
        _meter.CreateObservableCounter("hw.energy", () => Each(gpu => gpu.Energy), "J", "Energy that the GPU has drawn since its driver was loaded.");
    }

    /// <inheritdoc/>
    public void Dispose() => _library?.Dispose();

    private IEnumerable<Measurement<T>> Each<T>(Func<GpuReading, T?> value)
        where T : struct
    {
        foreach (var gpu in Readings())
        {
            if (value(gpu) is { } measured)
            {
                yield return new Measurement<T>(
                    measured,
                    new KeyValuePair<string, object?>(IdKey, gpu.Id), new(NameKey, gpu.Name), new(ModelKey, gpu.Model), new(VendorKey, Vendor),
                    new(DriverKey, _library!.DriverVersion), new(TypeKey, Gpu));
            }
        }
    }

    private IReadOnlyList<GpuReading> Readings()
    {
        lock (_gate)
        {
            if (_readAt is { } read && _time.GetElapsedTime(read) < Freshness) return _readings;
            _readings = [.. Enumerable.Range(0, _library!.Devices).Select(_library.Read).OfType<GpuReading>()];
            _readAt = _time.GetTimestamp();
            return _readings;
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Devices} GPUs are measured, by driver {Version}")]
    private static partial void Measured(ILogger logger, int devices, string version);

    [LoggerMessage(LogLevel.Debug, "no GPU is measured: {Problem}")]
    private static partial void NotMeasured(ILogger logger, string problem);
}
