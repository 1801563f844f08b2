using VideoGrain.Cli.Chaos.Checking;
using VideoGrain.Cli.Chaos.Faults;
using VideoGrain.Cli.Chaos.History;
using VideoGrain.Cli.Chaos.Workload;
using VideoGrain.Cli.Hosting;

namespace VideoGrain.Cli.Chaos;

/// <summary>
/// One chaos run: an undisturbed edit of each variant for comparison, then callers and faults side by side, then quiet, a final audit, and the
/// judgement over all that was recorded.
/// </summary>
/// <param name="settings">What to do.</param>
/// <param name="tell">Called with every fault, for people.</param>
/// <param name="time">Clock of all pauses.</param>
internal sealed class ChaosRun(ChaosSettings settings, Action<string> tell, TimeProvider time)
{
    // A full disk may end an edit that runs; nothing else in a run may.
    private const string DiskFullReason = "STORAGE_FULL";
    private static readonly TimeSpan Lookout = TimeSpan.FromMilliseconds(500), StartPatience = TimeSpan.FromMinutes(1);

    /// <summary>Name of the file with the history.</summary>
    public const string HistoryName = "history.jsonl";

    /// <summary>Does the run.</summary>
    /// <returns>What came of it; the history is in the run's folder.</returns>
    public async Task<ChaosReport> RunAsync(CancellationToken cancellation)
    {
        long start = time.GetTimestamp();
        Directory.CreateDirectory(settings.Folder);
        HistoryRecorder recorder = new(time);
        List<string> leftovers = [], problems = [];
        await using ChaosSystem system = await ChaosSystem.PrepareAsync(settings, cancellation);
        IReadOnlyList<Fault> schedule = FaultSchedule.Draw(settings.Seed, settings.Kills, [.. system.Services.Select(s => s.Name).Order()], system.PossibleFaults);
        try
        {
            await system.EnsureReadyAsync(cancellation);
            using (RecordingClient reference = Connect("reference", system, recorder))
                await ReferenceAsync(new Caller(reference, time), cancellation);
            await DisturbAsync(system, recorder, schedule, cancellation);

            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(settings.Patience);
            await system.EnsureReadyAsync(patience.Token);
            using (RecordingClient audit = Connect("audit", system, recorder))
                await new FinalAudit(audit, time).RunAsync(patience.Token);
            leftovers.AddRange(await new Leftovers(system, time).FindWhileRunningAsync(cancellation));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            problems.Add(FormattableString.Invariant($"the system did not come to rest within {settings.Patience.TotalSeconds:0} s"));
        }
        finally
        {
            await system.StopAsync();
            await HistoryFile.WriteAsync(Path.Combine(settings.Folder, HistoryName), recorder.Calls, recorder.Faults, CancellationToken.None);
        }

        leftovers.AddRange(new Leftovers(system, time).FindAfterwards());
        problems.AddRange(system.Services.Where(s => s.Deaths > 0).Select(s => FormattableString.Invariant($"{s.Name} ended by itself {s.Deaths} times; see {s.Log}")));
        string[] mayFailAs = schedule.Any(f => f.Kind == FaultKind.FillDisk) ? [DiskFullReason] : [];
        IReadOnlyList<Breach> breaches = HistoryChecker.Check(recorder.Calls, new Expectations(mayFailAs, Complete: problems.Count == 0));
        return ChaosReport.Of(
            settings, ProcessorName.Read(), Math.Round(time.GetElapsedTime(start).TotalSeconds, 1), schedule, recorder, breaches, leftovers, problems, NotExercised(system));
    }

    private static IReadOnlyList<string> NotExercised(ChaosSystem system) =>
    [
        .. system.Disk is null ? (IEnumerable<string>)["a full disk: mounting a file system is not allowed here"] : [],
        .. system.Clock is null ? (IEnumerable<string>)["clock jumps: libfaketime is not installed"] : [],
    ];

    private static async Task ReferenceAsync(Caller caller, CancellationToken cancellation)
    {
        foreach (ToyEdit edit in ToyEdit.All)
            await caller.RunAsync(new JobPlan("reference-" + edit.Content, edit, SubmitsTwice: false, Behaviour.Follow, EventsFirst: 0, Downloads: true, Deletes: false), cancellation);
    }

    // Callers are spread over the orchestrators.
    private RecordingClient Connect(string name, ChaosSystem system, HistoryRecorder recorder, int number = 0) =>
        new(name, system.Addresses[number % system.Addresses.Count], recorder, time);

    private async Task DisturbAsync(ChaosSystem system, HistoryRecorder recorder, IReadOnlyList<Fault> schedule, CancellationToken cancellation)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task lookout = LookOutAsync(system, recorder, end.Token);
        Task faults = new FaultInjector(system, recorder, tell, time).RunAsync(schedule, end.Token);
        Task[] callers = [.. Enumerable.Range(0, settings.Callers).Select(c => CallAsync(c, system, recorder, faults, end))];
        try
        {
            await faults;
            end.CancelAfter(settings.Patience);
            await Task.WhenAll(callers);
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll([lookout, faults, .. callers]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Callers bring one edit after the other for as long as there are faults, and see the last one through.
    private async Task CallAsync(int number, ChaosSystem system, HistoryRecorder recorder, Task faults, CancellationTokenSource end)
    {
        using RecordingClient client = Connect(FormattableString.Invariant($"caller-{number}"), system, recorder, number);
        Caller caller = new(client, time);
        for (int job = 0; !faults.IsCompleted; job++)
            await caller.RunAsync(JobPlan.Draw(settings.Seed, number, job), end.Token);
    }

    // What an orchestrating platform does: starts again what has died or does not come up.
    private async Task LookOutAsync(ChaosSystem system, HistoryRecorder recorder, CancellationToken cancellation)
    {
        Dictionary<ServiceName, long> unready = [];
        while (true)
        {
            await Task.Delay(Lookout, time, cancellation);
            foreach (ServiceProcess service in system.Services)
            {
                await service.RestartIfDeadAsync(cancellation);
                if (await service.IsReadyAsync(cancellation))
                {
                    unready.Remove(service.Name);
                    continue;
                }

                long since = unready.TryAdd(service.Name, time.GetTimestamp()) ? time.GetTimestamp() : unready[service.Name];
                if (time.GetElapsedTime(since) < StartPatience)
                    continue;
                recorder.Fault($"{service.Name} does not come up and is started again");
                await service.KillAndRestartAsync(cancellation);
                unready.Remove(service.Name);
            }
        }
    }
}
