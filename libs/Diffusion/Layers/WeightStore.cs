namespace VideoGrain.Diffusion.Layers;

/// <summary>Owns the packed weights of a model.</summary>
internal sealed class WeightStore : IDisposable
{
    private readonly List<IDisposable> _weights = [];

    /// <summary>Bytes of all weights as stored in their files.</summary>
    public long Bytes { get; private set; }

    public T Add<T>(T weight, long bytes)
        where T : IDisposable
    {
        _weights.Add(weight);
        Bytes += bytes;
        return weight;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var weight in _weights) weight.Dispose();
        _weights.Clear();
    }
}
