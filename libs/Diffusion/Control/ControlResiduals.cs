using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Control;

/// <summary>What a ControlNet adds to a UNet: one feature map for each skip connection and one for the middle.</summary>
public sealed class ControlResiduals : IDisposable
{
    private readonly Tensor[] _down;

    /// <summary>Wraps residuals.</summary>
    /// <param name="down">For each skip connection in the encoder's order, [branches * frames, h, w, c].</param>
    /// <param name="middle">For the middle block's result.</param>
    /// <param name="scale">Conditioning scale: factor on all of them when they are added.</param>
    public ControlResiduals(IEnumerable<Tensor> down, Tensor middle, float scale)
    {
        _down = [.. down];
        Middle = middle;
        Scale = scale;
    }

    /// <summary>For each skip connection in the encoder's order, [branches * frames, h, w, c]; not yet scaled.</summary>
    public IReadOnlyList<Tensor> Down => _down;

    /// <summary>For the middle block's result; not yet scaled.</summary>
    public Tensor Middle { get; }

    /// <summary>Conditioning scale: factor on all residuals when they are added.</summary>
    public float Scale { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var residual in _down) residual.Dispose();
        Middle.Dispose();
    }

    internal void Check(int skips)
    {
        if (_down.Length != skips)
            throw new ArgumentException($"control has {_down.Length} residuals for skip connections, the UNet has {skips}");
    }
}
