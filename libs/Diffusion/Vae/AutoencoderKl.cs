using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Vae;

/// <summary>
/// The autoencoder between images and latents. Frames are independent of each other, so a clip is worked on in runs of frames that bound
/// the memory and do not change the result.
/// </summary>
public sealed class AutoencoderKl
{
    /// <summary>Activations that a run of frames may need by default, in bytes.</summary>
    public const long DefaultActivationBytes = 512L * 1024 * 1024;

    // The finest decoder level holds its input, a normed copy, a result and the image before the last halving of channels.
    private const int LiveMapsAtFinestLevel = 4;

    private readonly IEngine _engine;
    private readonly VaeWeights _weights;

    internal AutoencoderKl(IEngine engine, VaeWeights weights)
    {
        _engine = engine;
        _weights = weights;
    }

    /// <summary>Channels of latents; 4 for Stable Diffusion 1.x.</summary>
    public int LatentChannels => _weights.Config.LatentChannels;

    /// <summary>Pixels per latent pixel along each side; 8 for Stable Diffusion 1.x.</summary>
    public int Downscale => _weights.Config.Downscale;

    /// <summary>What encoded values are multiplied by to give latents of about unit variance.</summary>
    public float ScalingFactor => _weights.Config.ScalingFactor;

    /// <summary>The halves in memory.</summary>
    public AutoencoderHalves Halves =>
        (_weights.Encoder is null ? AutoencoderHalves.None : AutoencoderHalves.Encoder) | (_weights.Decoder is null ? AutoencoderHalves.None : AutoencoderHalves.Decoder);

    /// <summary>Encodes images.</summary>
    /// <param name="images">[frames, h, w, 3], RGB in [-1, 1]; h and w multiples of <see cref="Downscale"/>.</param>
    /// <param name="framesPerRun">Frames worked on at once; null to keep within <see cref="DefaultActivationBytes"/>.</param>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    /// <exception cref="InvalidOperationException">The model was loaded without the encoder.</exception>
    public VaePosterior Encode(Tensor images, int? framesPerRun = null)
    {
        var encoder = _weights.Encoder ?? throw NotLoaded(AutoencoderHalves.Encoder);
        Check(images, _weights.Config.ImageChannels, Downscale, nameof(images));
        using var scope = _engine.BeginScope();
        var means = new List<Tensor>();
        var logVariances = new List<Tensor>();
        foreach (var (start, count) in Runs(images[0], images[1], images[2], framesPerRun))
        {
            using var hidden = encoder.Forward(_engine, images.Slice(start, count));
            means.Add(_engine.Linear(hidden, _weights.Mean));
            logVariances.Add(_engine.Linear(hidden, _weights.LogVariance));
        }

        return new VaePosterior(_engine, ScalingFactor, scope.Keep(Join(means)), scope.Keep(Join(logVariances)));
    }

    /// <summary>Decodes latents.</summary>
    /// <param name="latents">[frames, h, w, <see cref="LatentChannels"/>], scaled as the UNet uses them.</param>
    /// <param name="framesPerRun">Frames worked on at once; null to keep within <see cref="DefaultActivationBytes"/>.</param>
    /// <returns>[frames, h * <see cref="Downscale"/>, w * <see cref="Downscale"/>, 3], RGB, nominally in [-1, 1] but not clamped.</returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    /// <exception cref="InvalidOperationException">The model was loaded without the decoder.</exception>
    public Tensor Decode(Tensor latents, int? framesPerRun = null)
    {
        var decoder = _weights.Decoder ?? throw NotLoaded(AutoencoderHalves.Decoder);
        Check(latents, LatentChannels, 1, nameof(latents));
        using var scope = _engine.BeginScope();
        var images = new List<Tensor>();
        foreach (var (start, count) in Runs(latents[0], latents[1] * Downscale, latents[2] * Downscale, framesPerRun))
        {
            using var unscaled = _engine.Affine(latents.Slice(start, count), 1 / ScalingFactor);
            using var input = _engine.Linear(unscaled, _weights.PostQuant);
            images.Add(decoder.Forward(_engine, input));
        }

        return scope.Keep(Join(images));
    }

    private static InvalidOperationException NotLoaded(AutoencoderHalves half) =>
        new($"the model was loaded without the autoencoder's {half.ToString().ToLowerInvariant()} ({nameof(ModelLoadOptions)}.{nameof(ModelLoadOptions.Autoencoder)})");

    private static void Check(Tensor tensor, int channels, int multiple, string argument)
    {
        var fits = tensor.Rank == 4 && tensor[0] > 0 && tensor[1] > 0 && tensor[2] > 0 && tensor[3] == channels
            && tensor[1] % multiple == 0 && tensor[2] % multiple == 0;
        if (!fits)
        {
            throw new ArgumentException(
                $"must be [frames, h, w, {channels}] with h and w multiples of {multiple}, is [{string.Join(", ", tensor.Shape.ToArray())}]", argument);
        }
    }

    private IEnumerable<(int Start, int Count)> Runs(int frames, int height, int width, int? framesPerRun)
    {
        if (framesPerRun < 1) throw new ArgumentOutOfRangeException(nameof(framesPerRun), framesPerRun, "must be at least 1");
        var bytesPerFrame = (long)height * width * _weights.Config.Widths[0] * LiveMapsAtFinestLevel * sizeof(float);
        var run = framesPerRun ?? (int)Math.Clamp(DefaultActivationBytes / bytesPerFrame, 1, frames);
        for (var start = 0; start < frames; start += run) yield return (start, Math.Min(run, frames - start));
    }

    private Tensor Join(List<Tensor> parts)
    {
        if (parts.Count == 1) return parts[0];
        var joined = _engine.ConcatBatch([.. parts]);
        foreach (var part in parts) part.Dispose();
        return joined;
    }
}
