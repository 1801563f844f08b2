using VideoGrain.Cli.Chaos.Checking;
using VideoGrain.Cli.Chaos.Faults;
using VideoGrain.Cli.Chaos.History;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Chaos;

/// <summary>What came of a chaos run.</summary>
internal sealed record ChaosReport
{
    /// <summary>Whether every promise held and nothing was left behind.</summary>
    public required bool Held { get; init; }

    /// <summary>The seed; the same one gives the same faults and the same choices of the callers.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Processes killed.</summary>
    public required int Kills { get; init; }

    /// <summary>Where the tables were.</summary>
    public required string Database { get; init; }

    /// <summary>The processor's name.</summary>
    public required string Cpu { get; init; }

    /// <summary>Wall time of the run.</summary>
    public required double Seconds { get; init; }

    /// <summary>How often each fault was injected.</summary>
    public required IReadOnlyDictionary<string, int> Faults { get; init; }

    /// <summary>Faults that this machine does not allow, and why.</summary>
    public required IReadOnlyList<string> NotExercised { get; init; }

    /// <summary>Edits that were acknowledged.</summary>
    public required int Edits { get; init; }

    /// <summary>How they ended; failures with their reasons.</summary>
    public required IReadOnlyDictionary<string, int> Ends { get; init; }

    /// <summary>Retries of stages that the histories tell of, by reason.</summary>
    public required IReadOnlyDictionary<string, int> Retries { get; init; }

    /// <summary>How often a worker was lost and the edit went back to the queue.</summary>
    public required int HandedOn { get; init; }

    /// <summary>Calls made, by kind and outcome.</summary>
    public required IReadOnlyDictionary<string, int> Calls { get; init; }

    /// <summary>Events delivered.</summary>
    public required int Events { get; init; }

    /// <summary>Promises broken.</summary>
    public required IReadOnlyList<Breach> Breaches { get; init; }

    /// <summary>What was left behind.</summary>
    public required IReadOnlyList<string> Leftovers { get; init; }

    /// <summary>What else went wrong: processes that ended by themselves, a system that did not come to rest.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Sums up a run.</summary>
    public static ChaosReport Of(
        ChaosSettings settings, string cpu, double seconds, IReadOnlyList<Fault> schedule, HistoryRecorder recorder, IReadOnlyList<Breach> breaches,
        IReadOnlyList<string> leftovers, IReadOnlyList<string> problems, IReadOnlyList<string> notExercised)
    {
        CheckedHistory history = new(recorder.Calls, new Expectations([]));
        List<SeenEvent> events = [.. history.Jobs.SelectMany(j => j.Events.DistinctBy(e => e.Event.Sequence)).Select(e => e.Event)];
        return new ChaosReport
        {
            Held = breaches.Count == 0 && leftovers.Count == 0 && problems.Count == 0,
            Seed = settings.Seed,
            Kills = schedule.Count(f => f.Kind == FaultKind.Kill),
            Database = settings.Database.ToString().ToLowerInvariant(),
            Cpu = cpu,
            Seconds = seconds,
            Faults = Count(schedule, f => f.Kind == FaultKind.Kill ? $"kill {f.Target}" : $"{f.Kind}"),
            NotExercised = notExercised,
            Edits = history.Jobs.Count(j => j.KnownAt is not null),
            Ends = Count(history.Jobs.Where(j => j.KnownAt is not null), End),
            Retries = Count(events.Where(e => e.Kind == SeenEventKind.Retry), e => e.Detail.Split(' ')[^1]),
            HandedOn = events.Count(e => e is { Kind: SeenEventKind.State, State: EditState.Queued, Sequence: > 1 }),
            Calls = Count(history.Calls, c => $"{c.Kind} {c.Outcome}"),
            Events = history.Calls.Sum(c => c.Events.Count),
            Breaches = breaches,
            Leftovers = leftovers,
            Problems = problems,
        };
    }

    private static string End(JobHistory job) => job.Sightings.FirstOrDefault(s => s.Edit.State.IsFinal())?.Edit switch
    {
        null => "NEVER",
        { State: EditState.Failed } failed => "FAILED " + failed.FailureReason,
        SeenEdit ended => ended.State.ToString().ToUpperInvariant(),
    };

    private static SortedDictionary<string, int> Count<T>(IEnumerable<T> all, Func<T, string> name) =>
        new(all.GroupBy(name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count()), StringComparer.Ordinal);
}
