using VideoGrain.Diffusion;
using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Editing.Attention;

/// <summary>Prompts of the guidance branches, unconditional first, as the cross-attentions of UNet and ControlNet see them.</summary>
internal sealed record TextPair(TextConditioning UNet, TextConditioning? Control)
{
    /// <summary>Number of guidance branches.</summary>
    public int Branches => UNet.Branches;

    /// <summary>Computes keys and values once for all steps, in the current scope.</summary>
    /// <param name="model">The models.</param>
    /// <param name="options">Names the ControlNet.</param>
    /// <param name="text">Text for the UNet, [branches, tokens, width].</param>
    /// <param name="controlText">Text for the ControlNet, likewise.</param>
    public static TextPair Prepare(StableDiffusion model, EditOptions options, Tensor text, Tensor controlText) =>
        new(model.UNet.Prepare(text), options.ControlType.Length == 0 ? null : model.ControlNets[options.ControlType].Prepare(controlText));
}
