namespace VideoGrain.Tensors.Cpu.Memory;

/// <summary>Scope of the CPU engine: the list of what was created in it.</summary>
internal sealed class CpuScope(CpuEngine engine, CpuScope? parent) : IEngineScope
{
    private readonly List<CpuStorage> _storages = [];
    private bool _disposed;

    /// <summary>The enclosing scope.</summary>
    public CpuScope? Parent => parent;

    /// <summary>Makes this scope responsible for some memory.</summary>
    public void Adopt(CpuStorage storage)
    {
        storage.Owner = this;
        _storages.Add(storage);
    }

    /// <inheritdoc/>
    public Tensor Keep(Tensor tensor)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var storage = engine.Own(tensor, nameof(tensor)).Storage;
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
        engine.EndScopesDownTo(this);
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
