using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>Gives the names of the stages a moment to be looked up before the first job; a stage that is not there yet holds nothing up.</summary>
internal sealed class StageDiscovery(StageChannels channels, TimeProvider time) : IStartupWork
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await channels.KnownAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
