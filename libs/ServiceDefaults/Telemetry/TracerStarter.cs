using Microsoft.Extensions.Hosting;
using OpenTelemetry.Trace;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>Makes the tracer provider exist from the start: spans are only recorded while it does.</summary>
internal sealed class TracerStarter(TracerProvider provider) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        GC.KeepAlive(provider);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
