using System.Diagnostics.Metrics;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.Tensors;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>What a stage measures. Prometheus names: dots become underscores, the unit is appended, counters end in _total.</summary>
public sealed class StageInstruments
{
    private const string StageKey = "stage";
    private const string DirectionKey = "direction";
    private const string OutcomeKey = "outcome";
    private const string ReasonKey = "reason";
    private const string ModelKey = "model";
    private const string KindKey = "kind";
    private const string InUse = "in_use";
    private const string Peak = "peak";
    private const string In = "in";
    private const string Out = "out";
    private const string Succeeded = "succeeded";
    private const string Failed = "failed";

    private readonly Histogram<double> _stageDuration;
    private readonly Histogram<double> _stepDuration;
    private readonly Histogram<double> _modelLoad;
    private readonly Counter<long> _frames;
    private readonly Counter<long> _streamBytes;
    private readonly Counter<long> _nonFinite;
    private readonly Counter<long> _calls;
    private readonly Meter _meter;
    private readonly KeyValuePair<string, object?> _stage;

    /// <summary>Makes the instruments on the service's meter.</summary>
    public StageInstruments(IMeterFactory meters, ServiceDescription service)
    {
        _stage = new(StageKey, service.Name.ToLowerInvariant());
        var meter = _meter = meters.Create(service.MeterName, service.Version);
        _stageDuration = meter.CreateHistogram("videograin.stage.duration", "s", "Time of a stage's computation.", advice: DurationBuckets.UpToAnHour);
        _stepDuration = meter.CreateHistogram("videograin.step.duration", "s", "Time of a step.", advice: DurationBuckets.UpToAnHour);
        _modelLoad = meter.CreateHistogram("videograin.model.load", "s", "Time of loading a model.", advice: DurationBuckets.UpToAnHour);
        _frames = meter.CreateCounter<long>("videograin.frames.processed", null, "Frames that went through the stage.");
        _streamBytes = meter.CreateCounter<long>("videograin.stream", "By", "Tensor bytes that came and went.");
        _nonFinite = meter.CreateCounter<long>("videograin.nonfinite.latents", null, "Jobs whose latents stopped being finite.");
        _calls = meter.CreateCounter<long>("videograin.stage.calls", null, "Jobs by outcome.");
        meter.CreateObservableGauge("videograin.build_info", () => new Measurement<int>(
            1, new KeyValuePair<string, object?>("version", service.Version), new("revision", service.Revision), new("service", service.TelemetryName)),
            null, "What runs here; always 1.");
    }

    /// <summary>Watches the memory of an engine's activations; to be called once.</summary>
    public void Watch(IEngine engine) => _meter.CreateObservableGauge(
        "videograin.engine.memory",
        () => new Measurement<long>[]
        {
            new(engine.BytesInUse, _stage, new(KindKey, InUse)),
            new(engine.PeakBytesInUse, _stage, new(KindKey, Peak)),
        },
        "By", "Memory of the engine's activations.");

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
        _calls.Add(1, _stage, new(OutcomeKey, Failed), new(ReasonKey, reason));
        if (reason == Errors.ErrorReasons.NonFiniteLatents) _nonFinite.Add(1, _stage);
    }

    /// <summary>A step is done.</summary>
    public void StepDone(TimeSpan duration) => _stepDuration.Record(duration.TotalSeconds, _stage);

    /// <summary>A model was loaded.</summary>
    public void ModelLoaded(string model, TimeSpan duration) => _modelLoad.Record(duration.TotalSeconds, new KeyValuePair<string, object?>(ModelKey, model));

    /// <summary>Tensor bytes came in.</summary>
    public void Received(int bytes) => _streamBytes.Add(bytes, _stage, new(DirectionKey, In));

    /// <summary>Tensor bytes went out.</summary>
    public void Sent(int bytes) => _streamBytes.Add(bytes, _stage, new(DirectionKey, Out));
}
