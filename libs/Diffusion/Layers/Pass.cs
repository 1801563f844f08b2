using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Layers;

/// <summary>What stays the same while one batch runs through a network.</summary>
internal sealed class Pass
{
    public required IEngine Engine { get; init; }

    /// <summary>Guidance branches in the batch.</summary>
    public required int Branches { get; init; }

    /// <summary>Images of a branch; group norms of resnets share their statistics over them.</summary>
    public required int Frames { get; init; }

    public UNetHooks Hooks { get; init; } = UNetHooks.Plain;

    /// <summary>Whether self-attention sees the whole clip (UNet) or one frame at a time (ControlNet).</summary>
    public bool AttendsAcrossFrames { get; init; } = true;

    /// <summary>SiLU of the timestep embedding [1, width]; null where layers take none.</summary>
    public Tensor? Time { get; init; }

    /// <summary>Keys and values of the prompt; null where there is no cross-attention.</summary>
    public TextConditioning? Text { get; init; }

    /// <summary>Reports a layer's result.</summary>
    public Tensor Observe(string layer, Tensor output)
    {
        Hooks.Observe(Engine, layer, output);
        return output;
    }
}
