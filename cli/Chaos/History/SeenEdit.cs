using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Chaos.History;

/// <summary>An edit as an answer showed it.</summary>
/// <param name="Id">The edit.</param>
/// <param name="RequestKey">The <c>request_id</c> it was submitted under.</param>
/// <param name="State">Where it stood.</param>
/// <param name="LastSequence">Number of its latest event.</param>
/// <param name="FailureReason">Why it failed; empty unless it did.</param>
/// <param name="Results">SHA-256 of each result by name; previews and reports are no results.</param>
internal sealed record SeenEdit(
    string Id, string RequestKey, EditState State, ulong LastSequence, string FailureReason, IReadOnlyDictionary<string, string> Results)
{
    /// <summary>Takes from an edit what the model of a job speaks of.</summary>
    public static SeenEdit Of(Edit edit) => new(
        edit.Id,
        edit.Specification?.RequestId ?? "",
        edit.State,
        edit.LastSequence,
        edit.Failure?.Reason ?? "",
        edit.Artifacts.Where(a => IsResult(a.Kind)).ToDictionary(a => a.Name, a => a.Sha256, StringComparer.Ordinal));

    /// <summary>Whether an artifact belongs to the result, which equal edits must have in common bit by bit.</summary>
    public static bool IsResult(ArtifactKind kind) => kind is ArtifactKind.Video or ArtifactKind.Frame or ArtifactKind.Strip or ArtifactKind.Mask;
}
