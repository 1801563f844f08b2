using VideoGrain.Diffusion;

namespace VideoGrain.Editing;

/// <summary>Latents to pictures, a few frames at a time.</summary>
public static class FrameDecoder
{
    /// <summary>Frames that are decoded together by default.</summary>
    public const int DefaultBatch = 4;

    /// <summary>Decodes a clip and hands out its frames in order.</summary>
    /// <param name="model">The models.</param>
    /// <param name="latents">Scaled latents.</param>
    /// <param name="onFrames">Takes the number of the first frame and the frames.</param>
    /// <param name="batch">Frames that are decoded together, at least 1.</param>
    /// <param name="cancellation">Checked between batches.</param>
    /// <exception cref="NonFiniteFramesException">A value is not finite.</exception>
    public static void Decode(
        StableDiffusion model, LatentClip latents, Action<int, RgbClip> onFrames, int batch = DefaultBatch, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        for (var start = 0; start < latents.Frames; start += batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(batch, latents.Frames - start);
            onFrames(start, Decode(model, latents, start, count));
        }
    }

    /// <summary>Decodes frames [start, start + count) to values in [0, 1]: [count, height, width, 3].</summary>
    /// <exception cref="NonFiniteFramesException">A value is not finite.</exception>
    public static float[] DecodeValues(StableDiffusion model, LatentClip latents, int start, int count)
    {
        using var scope = model.Engine.BeginScope();
        var part = latents.Values.AsSpan(start * latents.FrameSize, count * latents.FrameSize);
        var pictures = model.Vae.Decode(model.Engine.Upload(part, count, latents.Height, latents.Width, latents.Channels));
        var values = new float[pictures.ElementCount];
        model.Engine.Download(pictures, values);
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i])) throw new NonFiniteFramesException(start + (i / (values.Length / count)));
            values[i] = Math.Clamp(values[i] / 2 + 0.5f, 0, 1);
        }

        return values;
    }

    internal static RgbClip Decode(StableDiffusion model, LatentClip latents, int start, int count)
    {
        var values = DecodeValues(model, latents, start, count);
        var pixels = new byte[values.Length];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)MathF.Round(values[i] * byte.MaxValue);
        return new RgbClip(count, latents.Height * model.Vae.Downscale, latents.Width * model.Vae.Downscale, pixels);
    }
}
