namespace VideoGrain.Editing;

/// <summary>Numbers stopped being finite during a run.</summary>
public sealed class NonFiniteLatentsException : EditException
{
    /// <summary>Names step and layer.</summary>
    /// <param name="stage">"inversion" or "denoising".</param>
    /// <param name="step">Index of the step, from 0.</param>
    /// <param name="timestep">Diffusion timestep of the step.</param>
    /// <param name="layer">First layer whose result was not finite, or "latents" where the step's input already was not.</param>
    public NonFiniteLatentsException(string stage, int step, int timestep, string layer)
        : base(EditReasons.NonFiniteLatents, "", $"{stage} step {step} (timestep {timestep}): {layer} is not finite")
    {
        Stage = stage;
        Step = step;
        Timestep = timestep;
        Layer = layer;
    }

    /// <summary>"inversion" or "denoising".</summary>
    public string Stage { get; }

    /// <summary>Index of the step.</summary>
    public int Step { get; }

    /// <summary>Diffusion timestep of the step.</summary>
    public int Timestep { get; }

    /// <summary>First layer whose result was not finite.</summary>
    public string Layer { get; }
}
