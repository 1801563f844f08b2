using VideoGrain.Cli.Output;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Client;

/// <summary>Fetches the files of an edit into a folder.</summary>
internal static class ArtifactFolder
{
    /// <summary>Fetches files.</summary>
    /// <param name="client">The orchestrator.</param>
    /// <param name="edit">The edit.</param>
    /// <param name="names">Names wanted; empty for all but previews.</param>
    /// <param name="folder">Where to put them; made if it is not there.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>The paths, in the server's order.</returns>
    public static async Task<IReadOnlyList<string>> FetchAsync(
        EditClient client, Edit edit, IReadOnlyCollection<string> names, string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        List<string> paths = [];
        foreach (Artifact artifact in edit.Artifacts.Where(a => names.Count == 0 ? a.Kind != ArtifactKind.Preview : names.Contains(a.Name)))
        {
            string path = Path.Combine(folder, SafeName(artifact.Name));
            await client.DownloadAsync(edit.Id, artifact.Name, path, cancellation);
            paths.Add(path);
        }

        string? missing = names.FirstOrDefault(n => edit.Artifacts.All(a => a.Name != n));
        return missing is null ? paths
            : throw CommandException.Of(ExitCodes.Refused, "ARTIFACT_NOT_FOUND", $"The edit has no file '{missing}'.");
    }

    /// <summary>Names come from a server; none may lead out of the folder.</summary>
    private static string SafeName(string name)
    {
        string flat = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_')).TrimStart('.');
        return flat.Length > 0 ? flat : "artifact";
    }
}
