namespace VideoGrain.Editing;

/// <summary>
/// An edit whose texts, regions and control features are computed; latents may come later. Bound to the thread that prepared it; disposing
/// it frees what it holds on the engine.
/// </summary>
public sealed class PreparedEdit : IDisposable
{
    internal PreparedEdit(EditRun run) => Run = run;

    internal EditRun Run { get; }

    /// <inheritdoc/>
    public void Dispose() => Run.Dispose();
}
