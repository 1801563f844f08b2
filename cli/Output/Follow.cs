using VideoGrain.Cli.Client;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Output;

/// <summary>Follows an edit to its end and shows how far it is.</summary>
internal static class Follow
{
    private const string PreviewFile = "preview.png";

    /// <summary>Follows an edit.</summary>
    /// <param name="client">The orchestrator.</param>
    /// <param name="id">The edit.</param>
    /// <param name="after">Only later events; 0 for all that are kept.</param>
    /// <param name="folder">Where previews go; null to leave them on the server.</param>
    /// <param name="terminal">Where progress is shown.</param>
    /// <param name="cancellation">Ends the watching, not the edit.</param>
    /// <returns>The edit as it ended.</returns>
    public static async Task<Edit> RunAsync(
        EditClient client, string id, ulong after, string? folder, Terminal terminal, CancellationToken cancellation)
    {
        if (terminal.Json)
            return await LoopAsync(new JsonProgress(terminal));
        if (!terminal.Interactive)
            return await LoopAsync(new LineProgress(terminal.Error));
        Edit? ended = null;
        await LiveProgress.RunAsync(terminal.Progress, async view => ended = await LoopAsync(view));
        return ended!;

        async Task<Edit> LoopAsync(IProgressView view)
        {
            await foreach (EditEvent next in client.WatchAsync(id, after, cancellation))
            {
                string? preview = null;
                if (folder is not null && next.Artifact is { Kind: ArtifactKind.Preview } artifact)
                {
                    preview = Path.Combine(folder, PreviewFile);
                    await client.DownloadAsync(id, artifact.Name, preview, cancellation);
                }

                view.Show(next, preview);
                if (next.Finished is Edit edit)
                    return edit;
            }

            throw CommandException.Of(ExitCodes.Unavailable, "STREAM_INCOMPLETE", "The server stopped reporting before the edit had ended.");
        }
    }

    /// <summary>What the shell gets for an edit that ended.</summary>
    public static int ExitCode(Edit edit) => edit.State switch
    {
        EditState.Succeeded => ExitCodes.Success,
        EditState.Cancelled => ExitCodes.EditCancelled,
        _ => ExitCodes.EditFailed,
    };
}
