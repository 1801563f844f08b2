namespace VideoGrain.Orchestrator.Tests.Support;

/// <summary>A folder that lives as long as a test.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("videograin-orchestrator-").FullName;

    public string[] Files(string below = "") =>
        Directory.Exists(System.IO.Path.Combine(Path, below))
            ? Directory.GetFiles(System.IO.Path.Combine(Path, below), "*", SearchOption.AllDirectories)
            : [];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
