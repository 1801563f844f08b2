using VideoGrain.Cli.Chaos.History;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Chaos.Workload;

/// <summary>
/// The last caller, when all is quiet: waits for every edit there is, reads each history whole, fetches every result, deletes everything and looks
/// whether it is gone.
/// </summary>
/// <param name="client">Its connection.</param>
/// <param name="time">Clock of its pauses.</param>
internal sealed class FinalAudit(RecordingClient client, TimeProvider time)
{
    private const int AtATime = 4;

    /// <summary>Does all of it.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        Caller caller = new(client, time);
        CallRecord all = await caller.UntilAnsweredAsync(() => client.ListAsync(cancellation), cancellation);
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellation };
        await Parallel.ForEachAsync(all.Listed.Select(e => e.Id), parallel, async (id, stop) =>
        {
            SeenEdit? ended = await caller.FollowAsync(id, TimeSpan.Zero, stop);
            await caller.UntilAnsweredAsync(() => client.GetAsync(id, stop), stop);
            foreach (string name in ended is { State: EditState.Succeeded } ? ended.Results.Keys : [])
                await caller.UntilAnsweredAsync(() => client.DownloadAsync(id, name, stop), stop);
        });
        await caller.UntilAnsweredAsync(() => client.ListAsync(cancellation), cancellation);
        await Parallel.ForEachAsync(all.Listed.Select(e => e.Id), parallel, async (id, stop) => await caller.DeleteAsync(id, stop));
        await caller.UntilAnsweredAsync(() => client.ListAsync(cancellation), cancellation);
    }
}
