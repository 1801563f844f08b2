using VideoGrain.Diffusion.Configuration;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Layers;

/// <summary>Checks the input of a UNet or ControlNet.</summary>
internal static class LatentShape
{
    public static void Check(Tensor latents, int branches, int frames, BlockStackConfig stack)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(branches, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        var multiple = 1 << (stack.Levels - 1);
        var fits = latents.Rank == 4 && latents[0] == (long)branches * frames && latents[3] == stack.InChannels
            && latents[1] > 0 && latents[2] > 0 && latents[1] % multiple == 0 && latents[2] % multiple == 0;
        if (!fits)
        {
            throw new ArgumentException(
                $"must be [{branches} * {frames}, h, w, {stack.InChannels}] with h and w multiples of {multiple}, is [{string.Join(", ", latents.Shape.ToArray())}]",
                nameof(latents));
        }
    }
}
