namespace Microsoft.ML.OnnxRuntime;

/// <summary>The outputs of a run.</summary>
internal sealed class DisposableList<T>(int capacity) : List<T>(capacity), IDisposableReadOnlyCollection<T>
    where T : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var element in this)
            element.Dispose();
        Clear();
    }
}
