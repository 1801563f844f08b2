using Microsoft.Extensions.Hosting;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>Exists so that the key set is read when the service starts: one that cannot be used stops the start.</summary>
internal sealed class CredentialCheck(CallerDirectory directory) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(directory);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
