using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Control;

/// <summary>A clip's control images as a ControlNet's features; computed once and used at every step. Lives in the scope it was made in.</summary>
public sealed class ControlCondition : IDisposable
{
    internal ControlCondition(object owner, Tensor embedding)
    {
        Owner = owner;
        Embedding = embedding;
    }

    /// <summary>[frames, h, w, c] at latent resolution.</summary>
    public Tensor Embedding { get; }

    internal object Owner { get; }

    /// <inheritdoc/>
    public void Dispose() => Embedding.Dispose();
}
