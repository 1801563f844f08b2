using System.Diagnostics.Metrics;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Stages;
using VideoGrain.Tensors;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>What a stage measures. Prometheus names: dots become underscores, the unit is appended, counters end in _total.</summary>
public sealed class StageInstruments
{
    /// <summary>Operation of <see cref="DeviceWorked"/>: pixels to latents.</summary>
    public const string Encode = "encode";

    /// <summary>Operation of <see cref="DeviceWorked"/>: a step's passes of the UNet.</summary>
    public const string Unet = "unet";

    /// <summary>Operation of <see cref="DeviceWorked"/>: latents to pixels.</summary>
    public const string Decode = "decode";

    /// <summary>Operation of <see cref="DeviceWorked"/>: masks, control maps, optical flow.</summary>
    public const string Perceive = "perceive";

    private const string StageKey = "stage";
    private const string DirectionKey = "direction";
    private const string OutcomeKey = "outcome";
    private const string ReasonKey = "reason";
    private const string ModelKey = "model";
    private const string KindKey = "kind";
    private const string OperationKey = "op";
    private const string InUse = "in_use";
    private const string Peak = "peak";
    private const string Reserved = "reserved";
    private const string Capacity = "capacity";
    private const string In = "in";
    private const string Out = "out";
    private const string Succeeded = "succeeded";
    private const string Failed = "failed";
    private const int MostModels = 32;
    private const int LongestModel = 64;

    private readonly Histogram<double> _stageDuration;
    private readonly Histogram<double> _stepDuration;
    private readonly Histogram<double> _modelLoad;
    private readonly Counter<double> _deviceTime;
    private readonly Counter<long> _frames;
    private readonly Counter<long> _streamBytes;
    private readonly Counter<long> _nonFinite;
    private readonly Counter<long> _outOfMemory;
    private readonly Counter<long> _deviceLost;
    private readonly Counter<long> _calls;
    private readonly Meter _meter;
    private IDeviceClock? _clock;
    private readonly KeyValuePair<string, object?> _stage;
    private readonly BoundedLabel _reasons = BoundedLabel.Reasons();
    private readonly BoundedLabel _models = new(MostModels, "other", name => name.Length <= LongestModel);

    /// <summary>Makes the instruments on the service's meter.</summary>
    public StageInstruments(IMeterFactory meters, ServiceDescription service)
    {
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentNullException.ThrowIfNull(service);
        Stage = StageLabels.Of(service.Name);
        _stage = new(StageKey, Stage);
        var meter = _meter = meters.Create(service.MeterName, service.Version);
        _stageDuration = meter.CreateHistogram("videograin.stage.duration", "s", "Time of a stage's computation.", advice: DurationBuckets.UpToAnHour);
        _stepDuration = meter.CreateHistogram("videograin.step.duration", "s", "Time of a step.", advice: DurationBuckets.UpToAnHour);
        _modelLoad = meter.CreateHistogram("videograin.model.load", "s", "Time of loading a model.", advice: DurationBuckets.UpToAnHour);
        _deviceTime = meter.CreateCounter<double>("videograin.gpu.time", "s", "Time that the compute device (a GPU, or the CPU engine) worked, by operation.");
        _frames = meter.CreateCounter<long>("videograin.frames.processed", null, "Frames that went through the stage.");
        _streamBytes = meter.CreateCounter<long>("videograin.stream", "By", "Tensor bytes that came and went.");
        _nonFinite = meter.CreateCounter<long>("videograin.nonfinite.latents", null, "Jobs whose latents stopped being finite.");
        _outOfMemory = meter.CreateCounter<long>("videograin.gpu.oom", null, "Jobs that the compute device's memory did not suffice for.");
        _deviceLost = meter.CreateCounter<long>("videograin.gpu.lost", null, "Jobs that ended because the compute device was lost.");
        _calls = meter.CreateCounter<long>("videograin.stage.calls", null, "Jobs by outcome.");

        // Events to come count from zero: Prometheus sees no increase in a series that begins with one.
        foreach (var rare in (Counter<long>[])[_nonFinite, _outOfMemory, _deviceLost, _frames]) rare.Add(0, _stage);
        _calls.Add(0, _stage, new(OutcomeKey, Succeeded), new(ReasonKey, ""));
        foreach (var direction in (string[])[In, Out]) _streamBytes.Add(0, _stage, new KeyValuePair<string, object?>(DirectionKey, direction));
    }

    /// <summary>The label of this service's stage: preparing, inverting or denoising.</summary>
    public string Stage { get; }

    /// <summary>
    /// Watches the memory of an engine; to be called once. Where its device has a clock, the device's own time, by kind of operation, takes the place of the time that
    /// passed here.
    /// </summary>
    public void Watch(IEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        Watch(() => (engine.BytesInUse, engine.PeakBytesInUse), engine as IDeviceClock);
    }

    /// <summary>Watches the slots of a stage; to be called once.</summary>
    public void Watch(StageSlots slots) => _meter.CreateObservableGauge(
        "videograin.stage.slots",
        () => new Measurement<int>[]
        {
            new(slots.Capacity, _stage, new(KindKey, Capacity)),
            new(slots.Running, _stage, new(KindKey, InUse)),
        },
        null, "Jobs that the stage can run at a time, and runs now.");

    /// <summary>Watches how many models there are to load; to be called once.</summary>
    public void WatchModels(Func<int> count) => _meter.CreateObservableGauge(
        "videograin.models.available", () => new Measurement<int>(count(), _stage), null, "Models found below the configured folder.");

    /// <summary>A job is done.</summary>
    /// <param name="frames">Frames of the clip.</param>
    /// <param name="duration">Time of the computation.</param>
    public void JobSucceeded(int frames, TimeSpan duration)
    {
        _stageDuration.Record(duration.TotalSeconds, _stage);
        _frames.Add(frames, _stage);
        _calls.Add(1, _stage, new(OutcomeKey, Succeeded), new(ReasonKey, ""));
    }

    /// <summary>A job failed.</summary>
    /// <param name="reason">Stable reason.</param>
    public void JobFailed(string reason)
    {
        _calls.Add(1, _stage, new(OutcomeKey, Failed), new(ReasonKey, _reasons.Of(reason)));
        switch (reason)
        {
            case ErrorReasons.NonFiniteLatents: _nonFinite.Add(1, _stage); break;
            case ErrorReasons.GpuOutOfMemory: _outOfMemory.Add(1, _stage); break;
            case ErrorReasons.GpuLost: _deviceLost.Add(1, _stage); break;
        }
    }

    /// <summary>A step is done.</summary>
    public void StepDone(TimeSpan duration) => _stepDuration.Record(duration.TotalSeconds, _stage);

    /// <summary>
    /// The compute device worked. Where it has a clock of its own, that tells how long and on what kinds of operations; the call waits for the device, so it belongs
    /// where a result has been downloaded.
    /// </summary>
    /// <param name="operation">One of <see cref="Encode"/>, <see cref="Unet"/>, <see cref="Decode"/>, <see cref="Perceive"/>.</param>
    /// <param name="duration">How long by the clock here.</param>
    public void DeviceWorked(string operation, TimeSpan duration)
    {
        if (_clock?.TakeTimes() is not { } times)
        {
            Worked(operation, duration);
            return;
        }

        foreach (var group in DeviceTimes.Groups.Where(group => times[group] > TimeSpan.Zero)) Worked(Name(group), times[group]);
    }

    /// <summary>A model was loaded.</summary>
    public void ModelLoaded(string model, TimeSpan duration) =>
        _modelLoad.Record(duration.TotalSeconds, _stage, new KeyValuePair<string, object?>(ModelKey, _models.Of(model)));

    /// <summary>Tensor bytes came in.</summary>
    public void Received(int bytes) => _streamBytes.Add(bytes, _stage, new(DirectionKey, In));

    /// <summary>Tensor bytes went out.</summary>
    public void Sent(int bytes) => _streamBytes.Add(bytes, _stage, new(DirectionKey, Out));

    /// <summary>Watches activations, in use and at their peak, and a device that may have a clock.</summary>
    internal void Watch(Func<(long InUse, long Peak)> activations, IDeviceClock? clock)
    {
        _clock = clock;
        _meter.CreateObservableGauge(
            "videograin.gpu.memory",
            () =>
            {
                var (inUse, peak) = activations();
                List<Measurement<long>> all = [new(inUse, _stage, new(KindKey, InUse)), new(peak, _stage, new(KindKey, Peak))];
                if (clock?.ReadMemory() is { } memory)
                    all.AddRange([new(memory.Reserved, _stage, new(KindKey, Reserved)), new(memory.Capacity, _stage, new(KindKey, Capacity))]);
                return all;
            },
            "By", "Memory of the compute device (a GPU, or the CPU engine): what activations take, and on a GPU what all its users have reserved and what there is.");
    }

    private static string Name(OperationGroup group) => group switch
    {
        OperationGroup.SelfAttention => "self_attention",
        OperationGroup.LayoutAttention => "layout_attention",
        OperationGroup.CrossAttention => "cross_attention",
        OperationGroup.TrajectoryAttention => "trajectory_attention",
        OperationGroup.Convolution => "convolution",
        OperationGroup.Linear => "linear",
        OperationGroup.Norm => "norm",
        _ => "other",
    };

    private void Worked(string operation, TimeSpan duration) =>
        _deviceTime.Add(Math.Max(0, duration.TotalSeconds), _stage, new KeyValuePair<string, object?>(OperationKey, operation));
}
