namespace VideoGrain.Tensors;

/// <summary>A lifetime for temporaries. Scopes nest; disposing one returns its tensors' memory to the engine's pool.</summary>
public interface IEngineScope : IDisposable
{
    /// <summary>Moves a tensor of this scope to the enclosing one (to the caller's own care at the outermost). Returns it.</summary>
    Tensor Keep(Tensor tensor);
}
