using VideoGrain.Cli.Chaos.Checking;
using VideoGrain.Cli.Chaos.History;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Chaos.Workload;

/// <summary>A caller as callers are: one that does not know an outcome asks again, and one that loses a watch goes on from the last event it saw.</summary>
/// <param name="client">Its connection.</param>
/// <param name="time">Clock of its pauses.</param>
internal sealed class Caller(RecordingClient client, TimeProvider time)
{
    private const int PollsPerList = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150), SlowPace = TimeSpan.FromMilliseconds(200);

    /// <summary>Takes an edit from its submit to wherever the plan leaves it.</summary>
    public async Task RunAsync(JobPlan plan, CancellationToken cancellation)
    {
        Task<CallRecord> submit = UntilAnsweredAsync(() => client.SubmitAsync(plan.Edit, plan.RequestKey, cancellation), cancellation);
        if (plan.SubmitsTwice)
            await UntilAnsweredAsync(() => client.SubmitAsync(plan.Edit, plan.RequestKey, cancellation), cancellation);
        if (await submit is not { Outcome: CallOutcome.Answered, EditId: string id })
            return;
        SeenEdit? ended = await WaitAsync(plan, id, cancellation);
        if (plan.Downloads && ended is { State: EditState.Succeeded, Results.Count: > 0 })
            await UntilAnsweredAsync(() => client.DownloadAsync(id, ended.Results.Keys.Order(StringComparer.Ordinal).First(), cancellation), cancellation);
        if (plan.Deletes && ended is not null)
            await DeleteAsync(id, cancellation);
    }

    /// <summary>Watches an edit to its end.</summary>
    /// <returns>The edit as it ended; null when it is gone.</returns>
    public async Task<SeenEdit?> FollowAsync(string id, TimeSpan pace, CancellationToken cancellation)
    {
        ulong after = 0;
        while (true)
        {
            CallRecord watch = await client.WatchAsync(id, after, pace, int.MaxValue, cancellation);
            if (watch.Events is [.., { Edit: SeenEdit ended }])
                return ended;
            if (watch.Outcome == CallOutcome.Refused)
                return null;
            if (watch.Events is [.., SeenEvent last])
                after = last.Sequence;
            await Task.Delay(Pause, time, cancellation);
        }
    }

    /// <summary>Deletes an edit that has ended, and looks whether it is gone.</summary>
    public async Task DeleteAsync(string id, CancellationToken cancellation)
    {
        await UntilAnsweredAsync(() => client.DeleteAsync(id, cancellation), cancellation);
        await UntilAnsweredAsync(() => client.GetAsync(id, cancellation), cancellation);
    }

    /// <summary>Makes a call until it is answered or refused for good.</summary>
    public async Task<CallRecord> UntilAnsweredAsync(Func<Task<CallRecord>> call, CancellationToken cancellation)
    {
        while (true)
        {
            CallRecord record = await call();
            if (record.Outcome == CallOutcome.Answered || record is { Outcome: CallOutcome.Refused, Code: not "RESOURCE_EXHAUSTED" })
                return record;
            await Task.Delay(Pause, time, cancellation);
        }
    }

    private async Task<SeenEdit?> WaitAsync(JobPlan plan, string id, CancellationToken cancellation)
    {
        switch (plan.Behaviour)
        {
            case Behaviour.Follow:
                return await FollowAsync(id, TimeSpan.Zero, cancellation);
            case Behaviour.FollowSlowly:
                return await FollowAsync(id, SlowPace, cancellation);
            case Behaviour.Poll:
                return await PollAsync(id, cancellation);
            case Behaviour.Cancel:
                await client.WatchAsync(id, 0, TimeSpan.Zero, plan.EventsFirst, cancellation);
                await UntilAnsweredAsync(() => client.CancelAsync(id, cancellation), cancellation);
                return await FollowAsync(id, TimeSpan.Zero, cancellation);
            default:
                return null;
        }
    }

    private async Task<SeenEdit?> PollAsync(string id, CancellationToken cancellation)
    {
        for (int polls = 1; ; polls++)
        {
            CallRecord answer = await UntilAnsweredAsync(() => client.GetAsync(id, cancellation), cancellation);
            if (answer.Edit is null || answer.Edit.State.IsFinal())
                return answer.Edit;
            if (polls % PollsPerList == 0)
                await client.ListAsync(cancellation);
            await Task.Delay(Pause, time, cancellation);
        }
    }
}
