using System.Runtime.InteropServices;
using System.Text.Json;
using VideoGrain.Diffusion.Tests.Support;
using VideoGrain.Diffusion.UNet;
using VideoGrain.Diffusion.Vae;
using VideoGrain.Tensors;
using VideoGrain.Tensors.Cpu;

namespace VideoGrain.Diffusion.Tests;

public sealed class StableDiffusionTests : IDisposable
{
    private const int Frames = 2, Size = 8;

    private readonly TemporaryFolder _folder = new();
    private readonly CpuEngine _engine = new();

    public void Dispose()
    {
        _engine.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Load_Toybox_GivesItsParts()
    {
        using var model = StableDiffusion.Load(Models.Toybox, _engine);
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(Models.Toybox, "vae", "config.json")));
        var scalingFactor = config.RootElement.GetProperty("scaling_factor").GetSingle();
        Assert.Equal((4, 8, scalingFactor), (model.Vae.LatentChannels, model.Vae.Downscale, model.Vae.ScalingFactor));
        Assert.Equal((128, 77), (model.TextEncoder.Width, model.TextEncoder.MaxTokens));
        Assert.Equal([48, 64, 96, 96], model.UNet.Widths);
        Assert.Equal(["canny", "depth"], model.ControlNets.Keys.Order(StringComparer.Ordinal));

        // All the files' bytes but their headers.
        string[] parts = ["unet", "vae", "text_encoder", "controlnet"];
        var files = parts.SelectMany(part => Directory.EnumerateFiles(Path.Combine(Models.Toybox, part), "*.safetensors", SearchOption.AllDirectories));
        var bytes = files.Sum(file => new FileInfo(file).Length);
        Assert.InRange(model.WeightBytes, bytes * 98 / 100, bytes);
        Assert.True(model.LoadTime > TimeSpan.Zero);
    }

    [Fact]
    public void Load_ControlNetsInSubfoldersAndElsewhere_AreFoundByName()
    {
        var copy = Models.Copy(Models.Tiny, _folder);
        Directory.Move(Path.Combine(copy, "controlnet"), Path.Combine(copy, "moved"));
        Directory.CreateDirectory(Path.Combine(copy, "controlnet"));
        Directory.Move(Path.Combine(copy, "moved"), Path.Combine(copy, "controlnet", "depth"));
        var options = new ModelLoadOptions { ControlNetFolders = new Dictionary<string, string> { ["pose"] = Path.Combine(Models.Tiny, "controlnet") } };
        using var model = StableDiffusion.Load(copy, _engine, options);
        Assert.Equal(["depth", "pose"], model.ControlNets.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Load_VaeWithNewAttentionNames_GivesTheSameImages()
    {
        var copy = Models.Copy(Models.Tiny, _folder);
        Models.EditTensors(Path.Combine(copy, "vae", "diffusion_pytorch_model.safetensors"), tensor => [tensor with { Name = NewName(tensor.Name) }]);
        using var old = StableDiffusion.Load(Models.Tiny, _engine);
        using var renamed = StableDiffusion.Load(copy, _engine);
        Assert.Equal(DecodeOn(old), DecodeOn(renamed));

        static string NewName(string name) => name
            .Replace(".query.", ".to_q.", StringComparison.Ordinal).Replace(".key.", ".to_k.", StringComparison.Ordinal)
            .Replace(".value.", ".to_v.", StringComparison.Ordinal).Replace(".proj_attn.", ".to_out.0.", StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OneHalfOfTheAutoencoder_WorksAsTheWholeDoesInLessMemory()
    {
        using var whole = StableDiffusion.Load(Models.Tiny, _engine);
        using var encoder = StableDiffusion.Load(Models.Tiny, _engine, new ModelLoadOptions { Autoencoder = AutoencoderHalves.Encoder });
        using var decoder = StableDiffusion.Load(Models.Tiny, _engine, new ModelLoadOptions { Autoencoder = AutoencoderHalves.Decoder });

        Assert.Equal(EncodeOn(whole), EncodeOn(encoder));
        Assert.Equal(DecodeOn(whole), DecodeOn(decoder));
        Assert.Contains("autoencoder's decoder", Assert.Throws<InvalidOperationException>(() => DecodeOn(encoder)).Message, StringComparison.Ordinal);
        Assert.Contains("autoencoder's encoder", Assert.Throws<InvalidOperationException>(() => EncodeOn(decoder)).Message, StringComparison.Ordinal);

        // One key for caches and checkpoints, whichever stage wrote them.
        Assert.Equal([whole.Fingerprint, whole.Fingerprint], [encoder.Fingerprint, decoder.Fingerprint]);
        var saved = (2 * whole.WeightBytes) - encoder.WeightBytes - decoder.WeightBytes;
        Assert.InRange(saved, new FileInfo(Path.Combine(Models.Tiny, "vae", "diffusion_pytorch_model.safetensors")).Length * 9 / 10, whole.WeightBytes);
    }

    [Theory]
    [InlineData("encoder.conv_in.bias", AutoencoderHalves.Decoder)]
    [InlineData("decoder.conv_in.bias", AutoencoderHalves.Encoder)]
    public void Load_DamageInTheHalfThatIsLeftOut_IsRefusedAllTheSame(string tensorName, AutoencoderHalves loaded)
    {
        var copy = Models.Copy(Models.Tiny, _folder);
        Models.EditTensors(
            Path.Combine(copy, "vae", "diffusion_pytorch_model.safetensors"), tensor => tensor.Name == tensorName ? [] : [tensor]);

        var error = Assert.Throws<ModelFormatException>(() => StableDiffusion.Load(copy, _engine, new ModelLoadOptions { Autoencoder = loaded }));

        Assert.Equal(tensorName, error.Item);
    }

    [Theory]
    [InlineData("F16", 3e-3)]
    [InlineData("BF16", 3e-2)]
    public void Load_HalfPrecisionWeights_GivesNearlyTheSameText(string type, double tolerance)
    {
        var copy = Models.Copy(Models.Tiny, _folder);
        Models.EditTensors(Path.Combine(copy, "text_encoder", "model.safetensors"), tensor => [Narrow(tensor, type)]);
        using var full = StableDiffusion.Load(Models.Tiny, _engine);
        using var half = StableDiffusion.Load(copy, _engine);
        using var scope = _engine.BeginScope();
        var expected = Download(full.EncodePrompts("iron man jogging"));
        var actual = Download(half.EncodePrompts("iron man jogging"));
        Assert.True(RelativeError(actual, expected) < tolerance);
    }

    [Fact]
    public void Fingerprint_OfACopy_IsTheSameUntilAnythingChanges()
    {
        var copy = Models.Copy(Models.Toybox, _folder);
        Assert.Equal(Fingerprint(Models.Toybox), Fingerprint(copy));
        Models.Edit(Path.Combine(copy, "vae", "config.json"), json => json["scaling_factor"] = 0.5);
        var rescaled = Fingerprint(copy);
        Assert.NotEqual(Fingerprint(Models.Toybox), rescaled);
        Models.EditTensors(Path.Combine(copy, "text_encoder", "model.safetensors"), tensor => [tensor with { Data = [.. tensor.Data.Select(b => (byte)0)] }]);
        Assert.NotEqual(rescaled, Fingerprint(copy));

        string Fingerprint(string folder)
        {
            using var model = StableDiffusion.Load(folder, _engine);
            return model.Fingerprint;
        }
    }

    [Fact]
    public void EncodePrompts_SeveralAtOnce_EqualsOneByOne()
    {
        using var model = StableDiffusion.Load(Models.Toybox, _engine);
        using var scope = _engine.BeginScope();
        var both = Download(model.EncodePrompts("a red circle on grass", ""));
        var single = Download(model.EncodePrompts("")).AsSpan();
        Assert.True(RelativeError(both.AsSpan(both.Length / 2).ToArray(), single.ToArray()) < 1e-6);
    }

    [Fact]
    public void Encode_IdsOutsideTheVocabulary_AreRefused()
    {
        using var model = StableDiffusion.Load(Models.Toybox, _engine);
        Assert.Throws<ArgumentException>(() => model.TextEncoder.Encode([0, 645], 2));
        Assert.Throws<ArgumentException>(() => model.TextEncoder.Encode([0, 1, 2], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.TextEncoder.Encode(new int[78], 78));
    }

    [Fact]
    public void Decode_AnyRunLength_GivesTheSameImages()
    {
        using var model = StableDiffusion.Load(Models.Tiny, _engine);
        using var scope = _engine.BeginScope();
        var latents = _engine.Upload(Noise(3 * 4 * 4 * 4, 5), 3, 4, 4, 4);
        var whole = Download(model.Vae.Decode(latents, framesPerRun: 3));
        Assert.Equal(whole, Download(model.Vae.Decode(latents, framesPerRun: 1)));
        Assert.Equal(whole, Download(model.Vae.Decode(latents, framesPerRun: 2)));
        Assert.Equal(whole, Download(model.Vae.Decode(latents)));
    }

    [Fact]
    public void Vae_WrongShapes_AreNamed()
    {
        using var model = StableDiffusion.Load(Models.Tiny, _engine);
        using var scope = _engine.BeginScope();
        Assert.Equal("images", Assert.Throws<ArgumentException>(() => model.Vae.Encode(_engine.Upload(new float[12 * 8 * 3], 1, 12, 8, 3))).ParamName);
        Assert.Equal("latents", Assert.Throws<ArgumentException>(() => model.Vae.Decode(_engine.Upload(new float[3], 1, 1, 1, 3))).ParamName);
    }

    [Fact]
    public void Forward_BoundToASecondEngine_GivesTheSameBits()
    {
        using var model = StableDiffusion.Load(Models.Tiny, _engine);
        using var engine = new CpuEngine();
        Assert.Equal(Predict(model), Predict(model.Bind(engine)));
    }

    [Fact]
    public void Forward_PromptPreparedOnce_EqualsPromptGivenEachTime()
    {
        using var model = StableDiffusion.Load(Models.Tiny, _engine);
        using var scope = _engine.BeginScope();
        var text = model.EncodePrompts("", "iron man");
        var latents = Latents(_engine, 2);
        var each = Download(model.UNet.Forward(latents, 2, Frames, 501, text));
        using var prepared = model.UNet.Prepare(text);
        Assert.Equal(each, Download(model.UNet.Forward(latents, 2, Frames, 501, prepared)));
    }

    [Fact]
    public void Forward_TwoBranches_EqualTheBranchesAlone()
    {
        using var model = StableDiffusion.Load(Models.Tiny, _engine);
        using var scope = _engine.BeginScope();
        var latents = Latents(_engine, 2);
        var both = Download(model.UNet.Forward(latents, 2, Frames, 501, model.EncodePrompts("", "iron man")));
        var second = Download(model.UNet.Forward(latents.Slice(Frames, Frames), 1, Frames, 501, model.EncodePrompts("iron man")));
        Assert.True(RelativeError(both.AsSpan(both.Length / 2).ToArray(), second) < 1e-5);
    }

    [Fact]
    public void Forward_AnyPass_LeavesOnlyItsResultBehind()
    {
        using var model = StableDiffusion.Load(Models.Tiny, _engine);
        using var scope = _engine.BeginScope();
        var network = model.ControlNets[StableDiffusion.DefaultControlNet];
        var latents = Latents(_engine, 1);
        var text = model.EncodePrompts("iron man");
        using var prepared = model.UNet.Prepare(text);
        using var controlText = network.Prepare(text);
        using var condition = network.Condition(_engine.Upload(new float[Frames * 64 * 64 * 3], Frames, 64, 64, 3));
        var before = _engine.BytesInUse;
        using (var control = network.Forward(latents, 1, Frames, 501, controlText, condition, 0.5f))
        using (model.UNet.Forward(latents, 1, Frames, 501, prepared, control))
        {
            Assert.True(_engine.BytesInUse > before);
        }

        Assert.Equal(before, _engine.BytesInUse);
    }

    [Fact]
    public void Forward_ControlOfScaleZero_ChangesNothing()
    {
        using var model = StableDiffusion.Load(Models.Tiny, _engine);
        using var scope = _engine.BeginScope();
        var network = model.ControlNets[StableDiffusion.DefaultControlNet];
        var latents = Latents(_engine, 1);
        var text = model.EncodePrompts("iron man");
        var condition = network.Condition(_engine.Upload(Noise(Frames * 64 * 64 * 3, 9), Frames, 64, 64, 3));
        var plain = Download(model.UNet.Forward(latents, 1, Frames, 501, text));
        var off = network.Forward(latents, 1, Frames, 501, network.Prepare(text), condition, scale: 0);
        var on = network.Forward(latents, 1, Frames, 501, network.Prepare(text), condition, scale: 1);
        Assert.True(RelativeError(Download(model.UNet.Forward(latents, 1, Frames, 501, text, off)), plain) < 1e-6);
        Assert.True(RelativeError(Download(model.UNet.Forward(latents, 1, Frames, 501, text, on)), plain) > 1e-3);
    }

    [Fact]
    public void Forward_WrongInputs_AreRefused()
    {
        using var model = StableDiffusion.Load(Models.Tiny, _engine);
        using var scope = _engine.BeginScope();
        var network = model.ControlNets[StableDiffusion.DefaultControlNet];
        var text = model.EncodePrompts("iron man");
        var odd = _engine.Upload(new float[Frames * 12 * 8 * 4], Frames, 12, 8, 4);
        Assert.Equal("latents", Assert.Throws<ArgumentException>(() => model.UNet.Forward(odd, 1, Frames, 501, text)).ParamName);
        Assert.Equal("latents", Assert.Throws<ArgumentException>(() => model.UNet.Forward(Latents(_engine, 1), 1, 3, 501, text)).ParamName);
        Assert.Equal("text", Assert.Throws<ArgumentException>(() => model.UNet.Forward(Latents(_engine, 2), 2, Frames, 501, text)).ParamName);
        Assert.Equal("text", Assert.Throws<ArgumentException>(() => model.UNet.Forward(Latents(_engine, 1), 1, Frames, 501, network.Prepare(text))).ParamName);
        Assert.Throws<ArgumentException>(() => model.UNet.Prepare(_engine.Upload(new float[5], 1, 1, 5)));
        Assert.Throws<ArgumentException>(() => network.Condition(_engine.Upload(new float[12 * 12 * 3], 1, 12, 12, 3)));
    }

    [Fact]
    public void FiniteCheck_LayerThatOverflows_IsNamed()
    {
        using var model = StableDiffusion.Load(Models.Tiny, _engine);
        using var scope = _engine.BeginScope();
        var check = new FiniteCheckHooks(new Poison("up_blocks.1.attentions.0.transformer_blocks.0.attn1"));
        model.UNet.Forward(Latents(_engine, 1), 1, Frames, 501, model.EncodePrompts(""), control: null, check);
        Assert.Equal("up_blocks.1.attentions.0.transformer_blocks.0.attn1", check.FirstNonFiniteLayer);

        var clean = new FiniteCheckHooks(UNetHooks.Plain);
        model.UNet.Forward(Latents(_engine, 1), 1, Frames, 501, model.EncodePrompts(""), control: null, clean);
        Assert.Null(clean.FirstNonFiniteLayer);
    }

    private static float[] Noise(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];
    }

    private static Tensor Latents(IEngine engine, int branches) =>
        engine.Upload(Noise(branches * Frames * Size * Size * 4, 3), branches * Frames, Size, Size, 4);

    private static float[] Predict(StableDiffusion model)
    {
        using var scope = model.Engine.BeginScope();
        var result = model.UNet.Forward(Latents(model.Engine, 1), 1, Frames, 501, model.EncodePrompts("iron man"));
        return Download(model.Engine, result);
    }

    private static double RelativeError(float[] actual, float[] expected)
    {
        var difference = actual.Zip(expected, (a, b) => (double)(a - b) * (a - b)).Sum();
        return Math.Sqrt(difference / expected.Sum(value => (double)value * value));
    }

    private static (string Name, string Type, int[] Shape, byte[] Data) Narrow((string Name, string Type, int[] Shape, byte[] Data) tensor, string type)
    {
        if (tensor.Type != "F32") return tensor;
        var values = MemoryMarshal.Cast<byte, float>(tensor.Data).ToArray();
        var bits = values.Select(value => type == "F16"
            ? BitConverter.HalfToUInt16Bits((Half)value)
            : (ushort)((BitConverter.SingleToUInt32Bits(value) + 0x8000) >> 16)).ToArray();
        return tensor with { Type = type, Data = MemoryMarshal.AsBytes<ushort>(bits).ToArray() };
    }

    private static float[] Download(IEngine engine, Tensor tensor)
    {
        var values = new float[tensor.ElementCount];
        engine.Download(tensor, values);
        return values;
    }

    private float[] Download(Tensor tensor) => Download(_engine, tensor);

    private float[] DecodeOn(StableDiffusion model)
    {
        using var scope = _engine.BeginScope();
        return Download(model.Vae.Decode(_engine.Upload(Noise(4 * 4 * 4, 1), 1, 4, 4, 4)));
    }

    private float[] EncodeOn(StableDiffusion model)
    {
        using var scope = _engine.BeginScope();
        var side = 4 * model.Vae.Downscale;
        return Download(model.Vae.Encode(_engine.Upload(Noise(side * side * 3, 1), 1, side, side, 3)).Mean);
    }

    /// <summary>Makes one attention's result infinite.</summary>
    private sealed class Poison(string layer) : UNetHooks
    {
        public override Tensor SelfAttention(IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v)
        {
            var result = base.SelfAttention(engine, site, q, k, v);
            return site.Name == layer ? engine.Affine(result, 1, float.PositiveInfinity) : result;
        }
    }
}
