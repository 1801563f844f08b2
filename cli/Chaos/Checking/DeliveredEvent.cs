using VideoGrain.Cli.Chaos.History;

namespace VideoGrain.Cli.Chaos.Checking;

/// <summary>An event and the watch that delivered it.</summary>
/// <param name="Event">The event.</param>
/// <param name="Watch">The call.</param>
internal sealed record DeliveredEvent(SeenEvent Event, CallRecord Watch);
