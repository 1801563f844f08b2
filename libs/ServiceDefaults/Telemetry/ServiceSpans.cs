using System.Diagnostics;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>A service's own spans, between those of its calls.</summary>
public sealed class ServiceSpans : IDisposable
{
    private readonly ActivitySource _source;

    /// <summary>Makes the source of the service's spans.</summary>
    public ServiceSpans(ServiceDescription service)
    {
        ArgumentNullException.ThrowIfNull(service);
        _source = new ActivitySource(service.MeterName, service.Version);
    }

    /// <summary>Begins a span under the current one and makes it current; disposing it ends it.</summary>
    public Activity? Start(string name) => _source.StartActivity(name);

    /// <summary>Begins a span under one that was written down, and makes it current; it begins a trace of its own when that is null or not valid.</summary>
    /// <param name="name">Name of the span.</param>
    /// <param name="traceParent">The other span as a W3C traceparent.</param>
    public Activity? StartUnder(string name, string? traceParent)
    {
        Activity.Current = null;
        return _source.StartActivity(name, ActivityKind.Internal, TraceHeaders.Parse(traceParent));
    }

    /// <summary>Records something under the current span that has just ended.</summary>
    /// <param name="name">Name of the span.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="now">The present time.</param>
    /// <param name="tags">What is known of it.</param>
    public void Record(string name, TimeSpan duration, DateTimeOffset now, params IEnumerable<KeyValuePair<string, object?>> tags)
    {
        if (Activity.Current is not { Recorded: true } parent) return;
        using var span = _source.StartActivity(name, ActivityKind.Internal, parent.Context, tags, startTime: now - duration);
        span?.SetEndTime(now.UtcDateTime);
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
