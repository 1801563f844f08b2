namespace VideoGrain.Tensors.Lifetime;

/// <summary>A scope: the list of what was created in it.</summary>
internal sealed class EngineScope(ScopeStack scopes, EngineScope? parent) : IEngineScope
{
    private readonly List<TensorStorage> _storages = [];
    private bool _disposed;

    /// <summary>The enclosing scope.</summary>
    public EngineScope? Parent => parent;

    /// <summary>Makes this scope responsible for some memory.</summary>
    public void Adopt(TensorStorage storage)
    {
        storage.Owner = this;
        _storages.Add(storage);
    }

    /// <inheritdoc/>
    public Tensor Keep(Tensor tensor)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var storage = scopes.StorageOf(tensor, nameof(tensor));
        if (storage.Owner != this) throw new ArgumentException("the tensor does not belong to this scope", nameof(tensor));
        // The entry in the list stays: Dispose skips what another scope owns by then.
        if (parent is null) storage.Owner = null;
        else parent.Adopt(storage);
        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        scopes.EndDownTo(this);
    }

    /// <summary>Ends this scope alone.</summary>
    public void End()
    {
        _disposed = true;
        foreach (var storage in _storages)
        {
            if (storage.Owner == this) storage.Release();
        }

        _storages.Clear();
    }
}
