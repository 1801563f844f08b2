using System.Globalization;

namespace VideoGrain.Cli.Chaos.Workload;

/// <summary>What a caller will do with one edit; follows from the seed.</summary>
/// <param name="RequestKey">The <c>request_id</c>.</param>
/// <param name="Edit">The edit.</param>
/// <param name="SubmitsTwice">Whether two submits of it go out side by side.</param>
/// <param name="Behaviour">What happens then.</param>
/// <param name="EventsFirst">Events that are watched before a cancel.</param>
/// <param name="Downloads">Whether a result is fetched.</param>
/// <param name="Deletes">Whether it is deleted in the end.</param>
internal sealed record JobPlan(string RequestKey, ToyEdit Edit, bool SubmitsTwice, Behaviour Behaviour, int EventsFirst, bool Downloads, bool Deletes)
{
    private const uint StreamsPerCaller = 1 << 20;
    private const int MostEventsFirst = 12;

    // Following is what most callers do.
    private static readonly Behaviour[] Behaviours =
        [Behaviour.Follow, Behaviour.Follow, Behaviour.Follow, Behaviour.FollowSlowly, Behaviour.Poll, Behaviour.Cancel, Behaviour.Cancel, Behaviour.Abandon];

    /// <summary>Draws a plan.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="caller">Which caller, from 0.</param>
    /// <param name="job">Which edit of the caller, from 0.</param>
    public static JobPlan Draw(ulong seed, int caller, int job)
    {
        // Stream 0 is the faults'.
        SeededChoices choices = new(seed, 1 + ((uint)caller * StreamsPerCaller) + (uint)job);
        return new JobPlan(
            string.Create(CultureInfo.InvariantCulture, $"caller-{caller}-{job}"),
            choices.Of(ToyEdit.All),
            choices.Below(4) == 0,
            choices.Of(Behaviours),
            choices.Below(MostEventsFirst),
            choices.Below(2) == 0,
            choices.Below(3) == 0);
    }
}
