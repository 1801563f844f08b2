using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>Begins the drain as soon as the host is told to stop, before its endpoints close.</summary>
internal sealed class DrainService(Drain drain, IHostApplicationLifetime lifetime, IOptions<ShutdownOptions> options, TimeProvider time)
    : IHostedLifecycleService, IDisposable
{
    private CancellationTokenRegistration _registration;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _registration = lifetime.ApplicationStopping.Register(drain.Begin);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        drain.Begin();
        return Task.Delay(options.Value.DrainDelay, time, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _registration.Dispose();
}
