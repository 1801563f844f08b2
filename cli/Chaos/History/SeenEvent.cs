using System.Globalization;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Chaos.History;

/// <summary>An event that a watch delivered.</summary>
/// <param name="At">The recorder's clock when it arrived.</param>
/// <param name="Sequence">Its number within the edit.</param>
/// <param name="Kind">What it tells.</param>
/// <param name="State">The state entered; unspecified for events that enter none.</param>
/// <param name="Detail">The rest of it, so that two deliveries of one event can be compared.</param>
/// <param name="Edit">The edit as it ended; null unless it did.</param>
internal sealed record SeenEvent(long At, ulong Sequence, SeenEventKind Kind, EditState State, string Detail, SeenEdit? Edit)
{
    /// <summary>Takes an event of the contract.</summary>
    public static SeenEvent Of(EditEvent entry, long at) => entry.EventCase switch
    {
        EditEvent.EventOneofCase.Progress => new(
            at, entry.Sequence, SeenEventKind.Progress, EditState.Unspecified,
            string.Create(CultureInfo.InvariantCulture, $"{entry.Progress.Stage} {entry.Progress.StepsDone}/{entry.Progress.StepCount}"), null),
        EditEvent.EventOneofCase.Artifact => new(
            at, entry.Sequence, SeenEventKind.Artifact, EditState.Unspecified, $"{entry.Artifact.Name} {entry.Artifact.Sha256}", null),
        EditEvent.EventOneofCase.Retry => new(
            at, entry.Sequence, SeenEventKind.Retry, EditState.Unspecified,
            string.Create(CultureInfo.InvariantCulture, $"{entry.Retry.Stage} {entry.Retry.Attempt} {entry.Retry.Reason}"), null),
        EditEvent.EventOneofCase.Finished => new(at, entry.Sequence, SeenEventKind.Finished, entry.Finished.State, "", SeenEdit.Of(entry.Finished)),
        _ => new(at, entry.Sequence, SeenEventKind.State, entry.State, "", null),
    };
}
