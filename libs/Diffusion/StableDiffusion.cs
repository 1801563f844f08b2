using VideoGrain.Diffusion.Control;
using VideoGrain.Diffusion.Schedulers;
using VideoGrain.Diffusion.Text;
using VideoGrain.Diffusion.UNet;
using VideoGrain.Diffusion.Vae;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion;

/// <summary>
/// A Stable Diffusion 1.x model, loaded from a folder in diffusers layout and bound to an engine. Used by one thread at a time, as its engine is;
/// <see cref="Bind"/> gives a second thread its own view of the same weights.
/// </summary>
public sealed class StableDiffusion : IDisposable
{
    /// <summary>Name of a ControlNet whose files lie directly in the model's controlnet/ folder.</summary>
    public const string DefaultControlNet = "default";

    private readonly LoadedWeights _weights;
    private readonly bool _ownsWeights;

    private StableDiffusion(LoadedWeights weights, IEngine engine, bool ownsWeights)
    {
        _weights = weights;
        _ownsWeights = ownsWeights;
        Engine = engine;
        TextEncoder = new ClipTextEncoder(engine, weights.Text);
        Vae = new AutoencoderKl(engine, weights.Vae);
        UNet = new VideoUNet(engine, weights.UNet);
        ControlNets = weights.ControlNets.ToDictionary(pair => pair.Key, pair => new ControlNet(engine, pair.Value), StringComparer.Ordinal);
    }

    /// <summary>Folder that the model came from.</summary>
    public string Folder => _weights.Folder;

    /// <summary>Engine that runs the model; not owned by it.</summary>
    public IEngine Engine { get; }

    /// <summary>Text to token ids.</summary>
    public ClipTokenizer Tokenizer => _weights.Tokenizer;

    /// <summary>Token ids to embeddings.</summary>
    public ClipTextEncoder TextEncoder { get; }

    /// <summary>Images to latents and back.</summary>
    public AutoencoderKl Vae { get; }

    /// <summary>Noise prediction for clips.</summary>
    public VideoUNet UNet { get; }

    /// <summary>ControlNets by name; <see cref="DefaultControlNet"/> for one directly in controlnet/.</summary>
    public IReadOnlyDictionary<string, ControlNet> ControlNets { get; }

    /// <summary>Noise schedule of the training.</summary>
    public NoiseSchedule Schedule => _weights.Schedule;

    /// <summary>
    /// 32 hexadecimal digits computed from every file that determines what the model does (weights, configurations, vocabulary; ControlNets included).
    /// Two folders with the same fingerprint give the same results, wherever they lie: a key for caches and checkpoints. Not a defence against forgery.
    /// </summary>
    public string Fingerprint => _weights.Fingerprint;

    /// <summary>Bytes of all weights as stored in their files.</summary>
    public long WeightBytes => _weights.Store.Bytes;

    /// <summary>How long loading took.</summary>
    public TimeSpan LoadTime => _weights.LoadTime;

    /// <summary>Loads a model.</summary>
    /// <param name="folder">Folder with model_index.json, tokenizer/, text_encoder/, vae/, unet/, scheduler/ and optionally controlnet/.</param>
    /// <param name="engine">Engine that packs the weights and runs the model.</param>
    /// <param name="options">Further ControlNets; null for none.</param>
    /// <exception cref="ModelFormatException">Something is missing, damaged or unsupported; it names the file and the tensor or field.</exception>
    public static StableDiffusion Load(string folder, IEngine engine, ModelLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        return new StableDiffusion(LoadedWeights.Load(folder, engine, options ?? new ModelLoadOptions()), engine, ownsWeights: true);
    }

    /// <summary>The same weights on another engine of the same kind. The result must not outlive this model.</summary>
    public StableDiffusion Bind(IEngine engine) => new(_weights, engine, ownsWeights: false);

    /// <summary>Tokenizes and encodes prompts.</summary>
    /// <returns>[prompts, tokens, width], in the current scope.</returns>
    public Tensor EncodePrompts(params IReadOnlyList<string> prompts) => TextEncoder.Encode([.. prompts.Select(Tokenizer.Encode)]);

    /// <summary>Frees the weights, unless another model was bound to them.</summary>
    public void Dispose()
    {
        if (_ownsWeights) _weights.Dispose();
    }
}
