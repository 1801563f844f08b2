using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Chaos.Checking;

/// <summary>The model of a job's states, written down apart from the orchestrator's own, so that one holds the other.</summary>
internal static class EditStates
{
    /// <summary>Whether no state follows.</summary>
    public static bool IsFinal(this EditState state) => state is EditState.Succeeded or EditState.Failed or EditState.Cancelled;

    /// <summary>Whether a state may directly follow; before the first is <see cref="EditState.Unspecified"/>.</summary>
    public static bool MayBecome(this EditState from, EditState to) => (from, to) switch
    {
        (EditState.Unspecified, EditState.Queued) => true,
        (EditState.Unspecified, _) or (EditState.Succeeded or EditState.Failed or EditState.Cancelled, _) => false,
        (_, EditState.Failed or EditState.Cancelled) => true,

        // A worker that dies or is shut down gives the edit back; where another takes it over at once, that shows as well.
        (EditState.Preparing or EditState.Inverting or EditState.Denoising or EditState.Encoding, EditState.Queued) => true,
        (EditState.Queued, EditState.Preparing) => true,
        (EditState.Preparing, EditState.Inverting) => true,
        (EditState.Inverting, EditState.Denoising) => true,
        (EditState.Denoising, EditState.Encoding) => true,
        (EditState.Encoding, EditState.Succeeded) => true,
        _ => false,
    };
}
