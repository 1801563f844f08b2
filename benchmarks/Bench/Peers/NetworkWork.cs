using System.Runtime.InteropServices;
using VideoGrain.Bench.Cases;
using VideoGrain.Diffusion;
using VideoGrain.Diffusion.UNet;
using VideoGrain.Diffusion.Vae;
using VideoGrain.Tensors;

namespace VideoGrain.Bench.Peers;

/// <summary>A whole network of a model folder.</summary>
internal sealed class NetworkWork : EngineWork
{
    private const int LatentChannels = 4, ImageChannels = 3;

    private readonly StableDiffusion _model;
    private readonly WorkCase _work;
    private readonly float[] _input;
    private Func<StableDiffusion, Tensor> _call = null!;

    private NetworkWork(IEngine engine, WorkCase work)
        : base(engine)
    {
        _work = work;
        _model = StableDiffusion.Load(work.Folder!, engine, new ModelLoadOptions { Autoencoder = Halves(work.Kind) });
        _input = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(work.Input ?? throw new ArgumentException("no input"))).ToArray();
    }

    /// <summary>Loads the model and reads the inputs.</summary>
    public static new EngineWork Create(IEngine engine, WorkCase work)
    {
        var network = new NetworkWork(engine, work);
        network._call = work.Kind switch
        {
            "unet" => network.UNet(),
            "text" => network.Text(),
            "encode" => network.Encode(),
            "decode" => network.Decode(),
            _ => throw new ArgumentException($"unknown network {work.Kind}"),
        };
        return network;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _model.Dispose();
    }

    protected override Tensor Compute(IEngine engine) => _call(_model.Bind(engine));

    private Func<StableDiffusion, Tensor> UNet()
    {
        var (branches, frames, side, tokens) = (_work["branches"], _work["frames"], _work["side"], _work["tokens"]);
        var latents = Engine.Upload(Take(0, branches * frames * side * side * LatentChannels, out var end), branches * frames, side, side, LatentChannels);
        var text = Engine.Upload(Take(end, branches * tokens * _model.UNet.TextWidth, out _), branches, tokens, _model.UNet.TextWidth);

        // A prompt stays the same for all steps of an edit, so its keys and values are computed once.
        var prompt = _model.UNet.Prepare(text);
        UNetHooks? hooks = _work.Variant == Variants.Published ? new PublishedHooks(tokens) : null;
        return model => model.UNet.Forward(latents, branches, frames, _work["timestep"], prompt, control: null, hooks);
    }

    private Func<StableDiffusion, Tensor> Text()
    {
        var (texts, tokens) = (_work["texts"], _work["tokens"]);
        var ids = new int[texts * tokens];
        for (var i = 0; i < ids.Length; i++) ids[i] = i * 31 % _model.TextEncoder.VocabularySize;
        return model => model.TextEncoder.Encode(ids, tokens);
    }

    private Func<StableDiffusion, Tensor> Encode()
    {
        var (frames, side) = (_work["frames"], _work["side"]);
        var images = Engine.Upload(Take(0, frames * side * side * ImageChannels, out _), frames, side, side, ImageChannels);
        return model => model.Vae.Encode(images).Mean;
    }

    private Func<StableDiffusion, Tensor> Decode()
    {
        var (frames, side) = (_work["frames"], _work["side"] / _model.Vae.Downscale);
        var latents = Engine.Upload(Take(0, frames * side * side * LatentChannels, out _), frames, side, side, LatentChannels);
        return model => model.Vae.Decode(latents);
    }

    /// <summary>What a stage of the pipeline holds; the other program leaves out the same.</summary>
    private static AutoencoderHalves Halves(string kind) => kind switch
    {
        "encode" => AutoencoderHalves.Encoder,
        "decode" => AutoencoderHalves.Decoder,
        _ => AutoencoderHalves.Both,
    };

    private ReadOnlySpan<float> Take(int start, int count, out int end)
    {
        end = start + count;
        return _input.AsSpan(start, count);
    }
}
