using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Inversion.Tests;

/// <summary>Holds the service's start-up work back until a test lets it go on.</summary>
internal sealed class HeldStartup : IStartupWork
{
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void GoOn() => _goOn.SetResult();

    public Task RunAsync(CancellationToken cancellationToken) => _goOn.Task.WaitAsync(cancellationToken);
}
