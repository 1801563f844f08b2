using System.Diagnostics.Metrics;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>What every service tells of itself: what runs here, and in which state.</summary>
public sealed class ServiceInstruments
{
    private const string StateKey = "state";

    // Not "service": the Prometheus operator gives every sample a label of that name.
    private const string ServiceKey = "service_name";

    private static readonly ServiceState[] States = Enum.GetValues<ServiceState>();

    /// <summary>Makes the instruments on the service's meter.</summary>
    public ServiceInstruments(IMeterFactory meters, ServiceDescription service, ServiceCondition condition)
    {
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(condition);
        var meter = meters.Create(service.MeterName, service.Version);
        meter.CreateObservableGauge(
            "videograin.build_info",
            () => new Measurement<int>(
                1, new KeyValuePair<string, object?>("version", service.Version), new("revision", service.Revision), new(ServiceKey, service.TelemetryName)),
            null, "What runs here; always 1.");
        meter.CreateObservableGauge(
            "videograin.service.state",
            () =>
            {
                var present = condition.State;
                return States.Select(state => new Measurement<int>(
                    state == present ? 1 : 0, new KeyValuePair<string, object?>(StateKey, state.ToString().ToLowerInvariant()), new(ServiceKey, service.TelemetryName)));
            },
            null, "1 for the state that the service is in.");
    }
}
