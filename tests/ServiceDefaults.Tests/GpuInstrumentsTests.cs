using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using VideoGrain.ServiceDefaults.Devices;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.ServiceDefaults.Tests;

/// <summary>GPUs as the services measure them, by a library that stands for NVIDIA's: the calls and their structures are real.</summary>
public sealed class GpuInstrumentsTests : IDisposable
{
    private const string First = "GPU-00000000-0000-0000-0000-000000000000";
    private const string Second = "GPU-00000000-0000-0000-0000-000000000001";

    private static readonly string Folder = typeof(GpuInstrumentsTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "FakeNvml").Value!;

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new();
    private readonly LogLines _log = new();

    private static string Library => Built("libnvidia-ml.so.1");

    private delegate int Count();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Library_ReadsEveryGpu_AndLeavesOutWhatOneDoesNotTell()
    {
        using var library = NvmlLibrary.TryOpen(Library, out var problem)!;

        Assert.Equal(("", 2, "580.65.06"), (problem, library.Devices, library.DriverVersion));
        Assert.Equal(new GpuReading(First, "gpu0", "NVIDIA H100 80GB HBM3", 0.97, 50L << 30, 80L << 30, 61, 287.5, 8413022.913), library.Read(0));
        Assert.Equal(new GpuReading(Second, "gpu1", "NVIDIA L4", 0, 1L << 30, 24L << 30, null, null, null), library.Read(1));
        Assert.Null(library.Read(2));
    }

    [Fact]
    public void Instruments_CarryOpenTelemetrysNames()
    {
        using var gpus = Make(Library);

        var series = Collect();

        Assert.Equal(
            [
                ("hw.energy", "J", First, 8413022.913), ("hw.gpu.memory.limit", "By", First, 80L << 30), ("hw.gpu.memory.limit", "By", Second, 24L << 30),
                ("hw.gpu.memory.usage", "By", First, 50L << 30), ("hw.gpu.memory.usage", "By", Second, 1L << 30), ("hw.gpu.utilization", "1", First, 0.97),
                ("hw.gpu.utilization", "1", Second, 0), ("hw.power", "W", First, 287.5), ("hw.temperature", "Cel", First, 61),
            ],
            series.Select(one => (one.Name, one.Unit, one.Tags["hw.id"], one.Value)));
        Assert.All(series, one => Assert.Equal(("gpu", "NVIDIA", "580.65.06"), (one.Tags["hw.type"], one.Tags["hw.vendor"], one.Tags["hw.driver_version"])));
        Assert.Contains("2 GPUs are measured, by driver 580.65.06", Assert.Single(_log.Debug), StringComparison.Ordinal);
    }

    [Fact]
    public void Instruments_WithoutALibrary_AreNotThere()
    {
        using var gpus = Make("libvideograin-there-is-no-such-library.so");

        Assert.Empty(Collect());
        Assert.Contains("there is no libvideograin-there-is-no-such-library.so", Assert.Single(_log.Debug), StringComparison.Ordinal);
        Assert.Empty(_log.Others);
    }

    [Fact]
    public void Instruments_WithoutADriver_AreNotThere()
    {
        using var gpus = Make(Built("libnvidia-ml-without-driver.so"));

        Assert.Empty(Collect());
        Assert.Contains("nvmlInit_v2 answers with error 9", Assert.Single(_log.Debug), StringComparison.Ordinal);
    }

    [Fact]
    public void Instruments_OfALibraryOfAnotherKind_AreNotThere()
    {
        using var gpus = Make("libc.so.6");

        Assert.Empty(Collect());
        Assert.Contains("the management library has no nvml", Assert.Single(_log.Debug), StringComparison.Ordinal);
    }

    [Fact]
    public void Library_IsLeftByItsLastUser()
    {
        var users = Marshal.GetDelegateForFunctionPointer<Count>(NativeLibrary.GetExport(NativeLibrary.Load(Library), "fake_users"));
        var before = users();
        var gpus = Make(Library);
        Assert.Equal(before + 1, users());

        gpus.Dispose();
        gpus.Dispose();

        Assert.Equal(before, users());
    }

    private static string Built(string name)
    {
        var path = Path.Combine(Folder, name);
        Assert.True(File.Exists(path), $"{path} is missing: run tests/FakeNvml/setup.sh");
        return path;
    }

    private GpuInstruments Make(string library)
    {
        using var logs = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(_log));
        var gpus = new GpuInstruments(library, _services.GetRequiredService<IMeterFactory>(), new ServiceDescription("Denoiser", 1), _time, logs.CreateLogger<GpuInstruments>());
        gpus.Watch();
        return gpus;
    }

    private List<(string Name, string Unit, IReadOnlyDictionary<string, string> Tags, double Value)> Collect()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        List<(string Name, string Unit, IReadOnlyDictionary<string, string> Tags, double Value)> found = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters)) own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return [.. found.OrderBy(one => one.Name, StringComparer.Ordinal).ThenBy(one => one.Tags["hw.id"], StringComparer.Ordinal)];

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            found.Add((instrument.Name, instrument.Unit!, tags.ToArray().ToDictionary(tag => tag.Key, tag => (string)tag.Value!), value));
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        public List<string> Debug { get; } = [];

        public List<string> Others { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            (logLevel == LogLevel.Debug ? Debug : Others).Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
