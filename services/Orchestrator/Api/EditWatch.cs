using System.Runtime.CompilerServices;
using Grpc.Core;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Submission;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Orchestrator.Api;

/// <summary>
/// Follows a job's history from a sequence number to its end. Events are read from the database at the reader's own pace: a slow reader holds
/// up nobody and misses nothing.
/// </summary>
internal sealed class EditWatch(JobCatalog catalog, JobSignals signals, Drain drain)
{
    private const int PageSize = 64;

    /// <summary>The events after a sequence number, the terminal one last.</summary>
    /// <exception cref="VideoGrainException">NOT_FOUND: no such job, or it was deleted meanwhile. UNAVAILABLE: the service shuts down; go on elsewhere.</exception>
    public async IAsyncEnumerable<EditEvent> FollowAsync(string caller, string jobId, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, drain.Token);
        using var subscription = signals.Subscribe(jobId);
        while (true)
        {
            // Emptied as it is read: a watcher that waits holds no events.
            var page = new Queue<JobEvent>(await catalog.EventsAsync(jobId, after, PageSize, cancellationToken));
            var count = page.Count;
            var isEnded = false;
            while (page.TryDequeue(out var entry))
            {
                isEnded = JobStateMachine.IsFinal(entry.State);
                yield return isEnded ? await FinishedAsync(caller, jobId, entry, cancellationToken) : EditMapping.ToEvent(entry);
                after = entry.Sequence;
            }

            if (isEnded)
                yield break;
            if (count == PageSize)
                continue;

            // Nothing new at all: the job may be gone, or have ended before the number that was asked for.
            if (count == 0)
            {
                var (state, lastSequence) = await catalog.StandingAsync(jobId, cancellationToken) ?? throw NotFound();
                if (JobStateMachine.IsFinal(state) && lastSequence <= after)
                    yield break;
                if (lastSequence > after)
                    continue;
            }

            await WaitAsync(subscription, either.Token, cancellationToken);
        }
    }

    private static async Task WaitAsync(JobSubscription subscription, CancellationToken either, CancellationToken call)
    {
        try
        {
            await subscription.WaitAsync(either);
        }
        catch (OperationCanceledException) when (!call.IsCancellationRequested)
        {
            throw new VideoGrainException(StatusCode.Unavailable, ErrorReasons.StageDraining, "the service is shutting down; watch again from the last sequence number")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            };
        }
    }

    private async Task<EditEvent> FinishedAsync(string caller, string jobId, JobEvent entry, CancellationToken cancellationToken)
    {
        var result = EditMapping.ToEvent(entry);
        result.Finished = EditMapping.ToEdit(await FindAsync(caller, jobId, cancellationToken));
        return result;
    }

    private async Task<Job> FindAsync(string caller, string jobId, CancellationToken cancellationToken) =>
        await catalog.FindAsync(caller, jobId, cancellationToken) ?? throw NotFound();

    private static VideoGrainException NotFound() => new(StatusCode.NotFound, SubmissionReasons.EditNotFound, "there is no such edit");
}
