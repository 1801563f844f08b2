using VideoGrain.Diffusion.Schedulers;
using VideoGrain.Editing.Attention;

namespace VideoGrain.Editing;

/// <summary>Arithmetic on latents in host memory; they are small next to one pass of the network.</summary>
internal static class LatentMath
{
    /// <summary>A deterministic scheduler step.</summary>
    /// <exception cref="NonFiniteException">Finite latents and noise still led beyond the range of numbers.</exception>
    public static LatentClip Move(LatentClip latents, LatentClip noise, LinearStep step)
    {
        var result = new float[latents.Values.Length];
        for (var i = 0; i < result.Length; i++) result[i] = step.Sample * latents.Values[i] + step.Noise * noise.Values[i];
        var moved = latents.With(result);
        return moved.IsFinite ? moved : throw new NonFiniteException("latents");
    }

    /// <summary>Takes <paramref name="source"/>, noised by <paramref name="level"/>, where the mask [frames, h, w] is 0.</summary>
    public static void Blend(LatentClip latents, byte[] mask, LatentClip source, LatentClip noise, LinearStep level)
    {
        for (var pixel = 0; pixel < mask.Length; pixel++)
        {
            if (mask[pixel] != 0) continue;
            var first = pixel * latents.Channels;
            for (var i = first; i < first + latents.Channels; i++)
                latents.Values[i] = level.Sample * source.Values[i] + level.Noise * noise.Values[i];
        }
    }
}
