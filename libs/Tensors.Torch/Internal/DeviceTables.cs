using TorchSharp;

namespace VideoGrain.Tensors.Torch.Internal;

/// <summary>
/// Device copies of what all layers and steps of an edit share: modulations and key selections, which are immutable. The least recently used goes first.
/// </summary>
internal sealed class DeviceTables : IDisposable
{
    // Levels of a network times branches, with room for the next edit's.
    private const int Capacity = 32;

    private readonly LinkedList<(object Source, torch.Tensor[] Tables)> _entries = [];

    /// <summary>The tables of a source, made when they are not there.</summary>
    public torch.Tensor[] Get(object source, Func<torch.Tensor[]> make)
    {
        for (var node = _entries.First; node is not null; node = node.Next)
        {
            if (!ReferenceEquals(node.Value.Source, source)) continue;
            _entries.Remove(node);
            _entries.AddFirst(node);
            return node.Value.Tables;
        }

        var tables = make();
        foreach (var table in tables) table.DetachFromDisposeScope();
        _entries.AddFirst((source, tables));
        if (_entries.Count > Capacity)
        {
            End(_entries.Last!.Value.Tables);
            _entries.RemoveLast();
        }

        return tables;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, tables) in _entries) End(tables);
        _entries.Clear();
    }

    private static void End(torch.Tensor[] tables)
    {
        foreach (var table in tables) table.Dispose();
    }
}
