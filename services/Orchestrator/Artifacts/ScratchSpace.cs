namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>Folders for files that live as long as a piece of work; what a dead process left is removed by the next one.</summary>
internal sealed class ScratchSpace(string root) : IDisposable
{
    private readonly StagingArea _area = new(root);

    /// <summary>A new, empty folder, removed with all it holds when disposed.</summary>
    public ScratchFolder NewFolder() => new(_area.NextPath());

    /// <summary>Removes what dead processes left behind.</summary>
    public int RemoveAbandoned() => _area.RemoveAbandoned();

    public void Dispose() => _area.Dispose();
}
