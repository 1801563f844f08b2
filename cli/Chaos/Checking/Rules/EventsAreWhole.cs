using VideoGrain.Cli.Chaos.History;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Chaos.Checking.Rules;

/// <summary>
/// A watch from number n delivers n + 1, n + 2, ... without hole or repetition; a number means the same event to everybody; the states that the events
/// tell follow each other as the state machine allows, from QUEUED to one end; and answers show the state that the events of that number tell.
/// </summary>
internal sealed class EventsAreWhole : IHistoryRule
{
    /// <inheritdoc/>
    public IEnumerable<Breach> Check(CheckedHistory history) => history.Jobs.SelectMany(Check);

    private static IEnumerable<Breach> Check(JobHistory job) =>
        job.Calls.Where(c => c.Kind == CallKind.Watch).SelectMany(NumbersOf).Concat(MeaningsOf(job)).Concat(TransitionsOf(job));

    private static IEnumerable<Breach> NumbersOf(CallRecord watch)
    {
        ulong expected = watch.AfterSequence;
        foreach (SeenEvent entry in watch.Events)
        {
            expected++;
            if (entry.Sequence == expected)
                continue;
            yield return Breach(watch.EditId, $"event {entry.Sequence} arrives where {expected} is due", watch.Number);
            expected = entry.Sequence;
        }
    }

    private static IEnumerable<Breach> MeaningsOf(JobHistory job)
    {
        foreach (IGrouping<ulong, DeliveredEvent> same in job.Events.GroupBy(e => e.Event.Sequence))
        {
            DeliveredEvent first = same.First();
            foreach (DeliveredEvent other in same.Where(e => Meaning(e.Event) != Meaning(first.Event)))
                yield return Breach(job.Id, $"event {same.Key} is {Text(first.Event)} and {Text(other.Event)}", first.Watch.Number, other.Watch.Number);
        }
    }

    private static IEnumerable<Breach> TransitionsOf(JobHistory job)
    {
        // Only a history from number 1 on tells every state; where it has a hole, what follows is not judged.
        EditState state = EditState.Unspecified;
        ulong told = 0;
        Dictionary<ulong, EditState> states = [];
        foreach (DeliveredEvent entry in job.Events.DistinctBy(e => e.Event.Sequence))
        {
            if (entry.Event.Sequence != told + 1)
                break;
            told++;
            if (state.IsFinal())
                yield return Breach(job.Id, $"event {told} comes after the end", entry.Watch.Number);
            if (entry.Event.Kind is SeenEventKind.State or SeenEventKind.Finished)
            {
                if (!state.MayBecome(entry.Event.State))
                    yield return Breach(job.Id, $"event {told} goes from {state} to {entry.Event.State}", entry.Watch.Number);
                state = entry.Event.State;
            }
            else if (told == 1)
            {
                yield return Breach(job.Id, "the first event is no state", entry.Watch.Number);
            }

            states[told] = state;
        }

        foreach (Sighting sighting in job.Sightings)
        {
            if (states.TryGetValue(sighting.Edit.LastSequence, out EditState then) && then != sighting.Edit.State)
                yield return Breach(job.Id, $"is shown {sighting.Edit.State} at event {sighting.Edit.LastSequence}, which left it {then}", sighting.Call);
        }
    }

    private static (SeenEventKind Kind, EditState State, string Detail) Meaning(SeenEvent entry) => (entry.Kind, entry.State, entry.Detail);

    private static string Text(SeenEvent entry) => $"{entry.Kind} {(entry.State == EditState.Unspecified ? entry.Detail : entry.State)}";

    private static Breach Breach(string subject, string message, params IReadOnlyList<long> calls) => new(nameof(EventsAreWhole), subject, message, calls);
}
