using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Telemetry;
using VideoGrain.Tensors;

namespace VideoGrain.ServiceDefaults.Tests;

/// <summary>What a stage tells of its device's time: the device's own where it has a clock, else the time that passed.</summary>
public sealed class DeviceTimeTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly List<(string Name, string Label, double Value)> _told = [];
    private readonly MeterListener _listener = new();
    private readonly StageInstruments _instruments;

    public DeviceTimeTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, own) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Name is "videograin.gpu.time" or "videograin.gpu.memory") own.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
        _instruments = new StageInstruments(meters, new ServiceDescription("Denoiser", 1));

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var labels = tags.ToArray().ToDictionary(tag => tag.Key, tag => (string)tag.Value!);
            Assert.Equal("denoising", labels["stage"]);
            _told.Add((instrument.Name, labels.GetValueOrDefault("op") ?? labels["kind"], value));
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Work_OfADeviceWithoutAClock_IsTheTimeThatPassed()
    {
        _instruments.DeviceWorked(StageInstruments.Unet, TimeSpan.FromSeconds(2));

        Assert.Equal([("videograin.gpu.time", "unet", 2)], _told);
    }

    [Fact]
    public void Work_OfADeviceWithAClock_IsToldByKindOfOperation()
    {
        _instruments.Watch(() => (1, 2), new Device(Seconds(selfAttention: 3, convolution: 0.5), null));

        _instruments.DeviceWorked(StageInstruments.Unet, TimeSpan.FromSeconds(9));

        Assert.Equal([("videograin.gpu.time", "self_attention", 3), ("videograin.gpu.time", "convolution", 0.5)], _told);
    }

    [Fact]
    public void Work_OfADeviceWhoseClockCannotBeRead_IsTheTimeThatPassed()
    {
        _instruments.Watch(() => (1, 2), new Device(null, null));

        _instruments.DeviceWorked(StageInstruments.Decode, TimeSpan.FromSeconds(1));
        _listener.RecordObservableInstruments();

        Assert.Equal([("videograin.gpu.time", "decode", 1), ("videograin.gpu.memory", "in_use", 1), ("videograin.gpu.memory", "peak", 2)], _told);
    }

    [Fact]
    public void Memory_OfADevice_IsThatOfActivationsOfAllUsersAndAllOfIt()
    {
        _instruments.Watch(() => (1, 2), new Device(null, new DeviceMemory(6L << 30, 80L << 30)));

        _listener.RecordObservableInstruments();

        Assert.Equal(
            [
                ("videograin.gpu.memory", "in_use", 1), ("videograin.gpu.memory", "peak", 2), ("videograin.gpu.memory", "reserved", 6L << 30),
                ("videograin.gpu.memory", "capacity", 80L << 30),
            ],
            _told);
    }

    [Fact]
    public void Names_OfAllKindsOfOperations_AreDifferent()
    {
        _instruments.Watch(() => (1, 2), new Device(new DeviceTimes([.. DeviceTimes.Groups.Select(_ => TimeSpan.FromSeconds(1))]), null));

        _instruments.DeviceWorked(StageInstruments.Unet, TimeSpan.FromSeconds(9));

        Assert.Equal(DeviceTimes.Groups.Count, _told.Select(one => one.Label).Distinct().Count());
    }

    private static DeviceTimes Seconds(double selfAttention, double convolution) => new(
        [.. DeviceTimes.Groups.Select(group => TimeSpan.FromSeconds(group switch { OperationGroup.SelfAttention => selfAttention, OperationGroup.Convolution => convolution, _ => 0 }))]);

    private sealed class Device(DeviceTimes? times, DeviceMemory? memory) : IDeviceClock
    {
        public DeviceTimes? TakeTimes() => times;

        public DeviceMemory? ReadMemory() => memory;
    }
}
