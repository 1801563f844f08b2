using VideoGrain.Diffusion;
using VideoGrain.Editing.Random;
using VideoGrain.Tensors;

namespace VideoGrain.Editing;

/// <summary>Pictures to latents, a few frames at a time.</summary>
public static class ClipEncoder
{
    private const int FramesPerBatch = 4;

    /// <summary>Scaled posterior mean and scaled posterior sample of a clip.</summary>
    /// <param name="model">The models.</param>
    /// <param name="clip">The clip.</param>
    /// <param name="noise">Standard normal noise of the sample, or null to draw it.</param>
    /// <param name="seed">Seed of drawn noise.</param>
    /// <param name="cancellation">Checked between batches.</param>
    public static (LatentClip Mean, LatentClip Sample) Encode(
        StableDiffusion model, RgbClip clip, LatentClip? noise, ulong seed, CancellationToken cancellation = default)
    {
        var mean = new LatentClip(clip.Frames, clip.Height / model.Vae.Downscale, clip.Width / model.Vae.Downscale, model.UNet.LatentChannels);
        var sample = mean.Copy();
        if (noise is not null && !noise.SameShape(mean))
            throw new EditException(EditReasons.LatentMismatch, "posterior_noise", $"must be {mean}, got {noise}");
        var draw = noise?.Values ?? Draw(seed, mean.Values.Length);
        for (var start = 0; start < clip.Frames; start += FramesPerBatch)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(FramesPerBatch, clip.Frames - start);
            using var scope = model.Engine.BeginScope();
            var part = new Range(start * mean.FrameSize, (start + count) * mean.FrameSize);
            var posterior = model.Vae.Encode(Upload(model.Engine, clip, start, count, 2, -1));
            model.Engine.Download(posterior.MeanLatents(), mean.Values.AsSpan(part));
            model.Engine.Download(posterior.SampleLatents(draw.AsSpan(part)), sample.Values.AsSpan(part));
        }

        return (mean, sample);
    }

    /// <summary>Pixels as scale * value / 255 + offset, [count, height, width, 3].</summary>
    internal static Tensor Upload(IEngine engine, RgbClip clip, int start, int count, float scale, float offset)
    {
        var pixels = clip.Slice(start, count).Span;
        var values = new float[pixels.Length];
        for (var i = 0; i < values.Length; i++) values[i] = pixels[i] / (float)byte.MaxValue * scale + offset;
        return engine.Upload(values, count, clip.Height, clip.Width, 3);
    }

    private static float[] Draw(ulong seed, int count)
    {
        var result = new float[count];
        new CounterRandom(seed, NoisePurpose.Posterior, 0).Normal(result);
        return result;
    }
}
