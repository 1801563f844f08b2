namespace VideoGrain.Tensors.Lifetime;

/// <summary>An engine's open scopes.</summary>
/// <param name="storageOf">The memory of a tensor of this engine; throws for a tensor that is another's or has ended. The text names the argument.</param>
internal sealed class ScopeStack(Func<Tensor, string, TensorStorage> storageOf)
{
    private EngineScope? _current;

    /// <summary>Opens a scope in the current one.</summary>
    public EngineScope Begin() => _current = new EngineScope(this, _current);

    /// <summary>Makes the current scope responsible for some memory; without a scope that is the caller.</summary>
    public void Adopt(TensorStorage storage) => _current?.Adopt(storage);

    /// <summary>The memory of a tensor.</summary>
    public TensorStorage StorageOf(Tensor tensor, string name) => storageOf(tensor, name);

    /// <summary>Ends a scope and those opened in it that are still open.</summary>
    public void EndDownTo(EngineScope scope)
    {
        while (_current is { } current)
        {
            current.End();
            _current = current.Parent;
            if (current == scope) return;
        }
    }

    /// <summary>Ends every scope.</summary>
    public void EndAll()
    {
        while (_current is { } current) EndDownTo(current);
    }
}
