using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.UNet;

/// <summary>
/// A prompt as a network's cross-attentions see it: the keys and values of every layer, computed once and used at every step while the prompt stays
/// the same. Lives in the scope it was made in; disposing it earlier frees it earlier.
/// </summary>
public sealed class TextConditioning : IDisposable
{
    private readonly (Tensor Keys, Tensor Values)[] _layers;

    internal TextConditioning(object owner, int branches, int tokens, (Tensor Keys, Tensor Values)[] layers)
    {
        Owner = owner;
        Branches = branches;
        Tokens = tokens;
        _layers = layers;
    }

    /// <summary>Guidance branches, each with a prompt of its own.</summary>
    public int Branches { get; }

    /// <summary>Tokens of each prompt, padding included.</summary>
    public int Tokens { get; }

    /// <summary>The network whose weights made it; no other can use it.</summary>
    internal object Owner { get; }

    internal (Tensor Keys, Tensor Values) this[int layer] => _layers[layer];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (keys, values) in _layers)
        {
            keys.Dispose();
            values.Dispose();
        }
    }
}
