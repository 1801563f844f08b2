using VideoGrain.Diffusion.Configuration;
using VideoGrain.Diffusion.Control;
using VideoGrain.Diffusion.Layers;
using VideoGrain.Diffusion.Schedulers;
using VideoGrain.Diffusion.Text;
using VideoGrain.Diffusion.UNet;
using VideoGrain.Diffusion.Vae;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion;

/// <summary>All parts of a model folder, checked against each other.</summary>
internal sealed class LoadedWeights : IDisposable
{
    private const string DiffusionStem = "diffusion_pytorch_model";
    private const string TextStem = "model";

    // Small files besides the parts' own config.json that change what a model computes.
    private static readonly string[] SharedFiles =
    [
        "scheduler/scheduler_config.json", "tokenizer/vocab.json", "tokenizer/merges.txt", "tokenizer/tokenizer_config.json",
        "tokenizer/special_tokens_map.json",
    ];

    private readonly ModelFingerprint _fingerprint = new();

    private LoadedWeights(string folder) => Folder = folder;

    public string Folder { get; }

    public WeightStore Store { get; } = new();

    public TimeSpan LoadTime { get; private set; }

    public string Fingerprint { get; private set; } = "";

    public ClipTokenizer Tokenizer { get; private set; } = null!;

    public TextEncoderWeights Text { get; private set; } = null!;

    public VaeWeights Vae { get; private set; } = null!;

    public UNetWeights UNet { get; private set; } = null!;

    public Dictionary<string, ControlNetWeights> ControlNets { get; } = new(StringComparer.Ordinal);

    public NoiseSchedule Schedule { get; private set; } = null!;

    public static LoadedWeights Load(string folder, IEngine engine, ModelLoadOptions options)
    {
        var started = options.TimeProvider.GetTimestamp();
        if (!Directory.Exists(folder)) throw new ModelFormatException(folder, null, "is not a folder");
        JsonConfig.Read(Path.Combine(folder, "model_index.json"));
        var weights = new LoadedWeights(folder);
        try
        {
            weights.LoadParts(engine, options);
        }
        catch
        {
            weights.Dispose();
            throw;
        }

        weights.LoadTime = options.TimeProvider.GetElapsedTime(started);
        return weights;
    }

    /// <inheritdoc/>
    public void Dispose() => Store.Dispose();

    private void LoadParts(IEngine engine, ModelLoadOptions options)
    {
        // Small files first, so that a folder that cannot work is refused before its weights are read.
        var textConfig = TextEncoderConfig.Read(ConfigOf("text_encoder"));
        var vaeConfig = VaeConfig.Read(ConfigOf("vae"));
        var unetConfig = UNetConfig.Read(ConfigOf("unet"));
        var controlFolders = FindControlNets(options);
        var controlConfigs = controlFolders.ToDictionary(pair => pair.Key, pair => ControlNetConfig.Read(Path.Combine(pair.Value, ModelFiles.Config)));
        Schedule = new NoiseSchedule(SchedulerConfig.Read(Path.Combine(Folder, "scheduler", "scheduler_config.json")));
        Tokenizer = ClipTokenizer.Load(Path.Combine(Folder, "tokenizer"));
        CheckAgreement(textConfig, vaeConfig, unetConfig);
        foreach (var (name, config) in controlConfigs) CheckAgreement(controlFolders[name], config, unetConfig);

        foreach (var file in SharedFiles) _fingerprint.AddFile(file, Path.Combine(Folder, file));
        Text = Read("text_encoder", Path.Combine(Folder, "text_encoder"), engine, TextStem, source => TextEncoderWeights.Alone(textConfig, source));
        Vae = Read("vae", Path.Combine(Folder, "vae"), engine, DiffusionStem, source => new VaeWeights(vaeConfig, source, options.Autoencoder));
        UNet = Read("unet", Path.Combine(Folder, "unet"), engine, DiffusionStem, source => new UNetWeights(unetConfig, source));
        foreach (var (name, path) in controlFolders.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var weights = Read($"controlnet/{name}", path, engine, DiffusionStem, source => new ControlNetWeights(controlConfigs[name], source));
            ControlNets.Add(name, weights);
        }

        Fingerprint = _fingerprint.ToString();
    }

    private T Read<T>(string label, string folder, IEngine engine, string stem, Func<WeightSource, T> build)
    {
        using var file = ModelFiles.OpenWeights(folder, stem);
        _fingerprint.AddFile($"{label}/{ModelFiles.Config}", Path.Combine(folder, ModelFiles.Config));
        _fingerprint.Add(label, file);
        return build(new WeightSource(file, engine, Store));
    }

    private string ConfigOf(string part) => Path.Combine(Folder, part, ModelFiles.Config);

    /// <summary>controlnet/ holds one ControlNet, or a folder for each.</summary>
    private Dictionary<string, string> FindControlNets(ModelLoadOptions options)
    {
        var found = new Dictionary<string, string>(options.ControlNetFolders, StringComparer.Ordinal);
        var folder = Path.Combine(Folder, "controlnet");
        if (!Directory.Exists(folder)) return found;
        if (File.Exists(Path.Combine(folder, ModelFiles.Config))) found.TryAdd(StableDiffusion.DefaultControlNet, folder);
        foreach (var inner in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            if (File.Exists(Path.Combine(inner, ModelFiles.Config))) found.TryAdd(Path.GetFileName(inner), inner);
        }

        return found;
    }

    private void CheckAgreement(TextEncoderConfig text, VaeConfig vae, UNetConfig unet)
    {
        if (unet.Stack.TextWidth != text.Width)
            throw new ModelFormatException(ConfigOf("unet"), "cross_attention_dim", $"is {unet.Stack.TextWidth}, the text encoder's hidden_size is {text.Width}");
        if (unet.Stack.InChannels != vae.LatentChannels)
            throw new ModelFormatException(ConfigOf("unet"), "in_channels", $"is {unet.Stack.InChannels}, the VAE has {vae.LatentChannels} latent_channels");
        if (Tokenizer.MaxLength > text.Positions)
            throw new ModelFormatException(ConfigOf("text_encoder"), "max_position_embeddings", $"is {text.Positions}, the tokenizer's model_max_length is {Tokenizer.MaxLength}");
        if (Tokenizer.VocabularySize > text.Vocabulary)
            throw new ModelFormatException(ConfigOf("text_encoder"), "vocab_size", $"is {text.Vocabulary}, the tokenizer has {Tokenizer.VocabularySize} tokens");
    }

    private static void CheckAgreement(string folder, ControlNetConfig control, UNetConfig unet)
    {
        var path = Path.Combine(folder, ModelFiles.Config);
        if (!control.Stack.Widths.SequenceEqual(unet.Stack.Widths) || control.Stack.LayersPerBlock != unet.Stack.LayersPerBlock)
            throw new ModelFormatException(path, "block_out_channels", "does not match the UNet's widths and layers_per_block");
        if (control.Stack.TextWidth != unet.Stack.TextWidth)
            throw new ModelFormatException(path, "cross_attention_dim", $"is {control.Stack.TextWidth}, the UNet's is {unet.Stack.TextWidth}");
        if (control.Stack.InChannels != unet.Stack.InChannels)
            throw new ModelFormatException(path, "in_channels", $"is {control.Stack.InChannels}, the UNet's is {unet.Stack.InChannels}");
    }
}
