using Microsoft.Extensions.Hosting;
using OpenTelemetry.Trace;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>Makes the tracer provider and the service's own instruments exist from the start: nothing is recorded before they do.</summary>
internal sealed class TelemetryStarter(TracerProvider traces, ServiceInstruments instruments) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        GC.KeepAlive(traces);
        GC.KeepAlive(instruments);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
