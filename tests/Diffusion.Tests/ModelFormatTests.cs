using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using VideoGrain.Diffusion.Tests.Support;
using VideoGrain.Tensors.Cpu;

namespace VideoGrain.Diffusion.Tests;

public sealed class ModelFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CpuEngine _engine = new();

    public void Dispose()
    {
        _engine.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("unet/config.json", "block_out_channels", "[48, 64, 0, 96]")]
    [InlineData("unet/config.json", "block_out_channels", "[]")]
    [InlineData("unet/config.json", "block_out_channels", "\"wide\"")]
    [InlineData("unet/config.json", "block_out_channels", "[48, 64, 96, 2000000000]")]
    [InlineData("unet/config.json", "attention_head_dim", "7")]
    [InlineData("unet/config.json", "attention_head_dim", "[8, 8]")]
    [InlineData("unet/config.json", "layers_per_block", "0")]
    [InlineData("unet/config.json", "layers_per_block", "2.5")]
    [InlineData("unet/config.json", "layers_per_block", "1e9")]
    [InlineData("unet/config.json", "down_block_types", "[\"CrossAttnDownBlock2D\", \"CrossAttnDownBlock2D\", \"CrossAttnDownBlock2D\", \"AttnDownBlock2D\"]")]
    [InlineData("unet/config.json", "up_block_types", "[\"UpBlock2D\"]")]
    [InlineData("unet/config.json", "in_channels", "9")]
    [InlineData("unet/config.json", "cross_attention_dim", "768")]
    [InlineData("unet/config.json", "act_fn", "\"mish\"")]
    [InlineData("unet/config.json", "addition_embed_type", "\"text_time\"")]
    [InlineData("unet/config.json", "_class_name", "\"FluxTransformer2DModel\"")]
    [InlineData("unet/config.json", "resnet_skip_time_act", "true")]
    [InlineData("unet/config.json", "conv_in_kernel", "1")]
    [InlineData("unet/config.json", "mid_block_scale_factor", "1.5")]
    [InlineData("vae/config.json", "norm_num_groups", "7")]
    [InlineData("vae/config.json", "scaling_factor", "0")]
    [InlineData("vae/config.json", "latent_channels", "16")]
    [InlineData("vae/config.json", "down_block_types", "[\"A\", \"B\", \"C\", \"D\"]")]
    [InlineData("text_encoder/config.json", "hidden_act", "\"relu\"")]
    [InlineData("text_encoder/config.json", "num_attention_heads", "3")]
    [InlineData("text_encoder/config.json", "max_position_embeddings", "16")]
    [InlineData("text_encoder/config.json", "vocab_size", "10")]
    [InlineData("text_encoder/config.json", "hidden_size", null)]
    [InlineData("scheduler/scheduler_config.json", "prediction_type", "\"v_prediction\"")]
    [InlineData("scheduler/scheduler_config.json", "beta_schedule", "\"squaredcos_cap_v2\"")]
    [InlineData("scheduler/scheduler_config.json", "num_train_timesteps", "1")]
    [InlineData("scheduler/scheduler_config.json", "clip_sample", "true")]
    [InlineData("scheduler/scheduler_config.json", "trained_betas", "[0.1, 0.2]")]
    [InlineData("tokenizer/tokenizer_config.json", "model_max_length", "2")]
    public void Load_BadConfigurationField_NamesFileAndField(string file, string field, string? value)
    {
        var model = Models.Copy(Models.Toybox, _folder);
        Models.Edit(Path.Combine(model, file), json => json[field] = value is null ? null : JsonNode.Parse(value));
        var e = Assert.Throws<ModelFormatException>(() => StableDiffusion.Load(model, _engine));

        // A disagreement between two files is reported at either of them.
        var disagreement = field is "vocab_size" or "latent_channels" or "cross_attention_dim" or "max_position_embeddings" or "hidden_size";
        if (!disagreement) Assert.Equal((Path.Combine(model, file), field), (e.Path, e.Item));
        Assert.NotNull(e.Item);
    }

    [Theory]
    [InlineData("model_index.json")]
    [InlineData("unet/config.json")]
    [InlineData("scheduler/scheduler_config.json")]
    [InlineData("tokenizer/vocab.json")]
    public void Load_MissingOrBrokenJson_NamesTheFile(string file)
    {
        var model = Models.Copy(Models.Toybox, _folder);
        var path = Path.Combine(model, file);
        File.WriteAllText(path, "{ \"a\": [");
        Assert.Equal(path, Assert.Throws<ModelFormatException>(() => StableDiffusion.Load(model, _engine)).Path);
        File.Delete(path);
        Assert.Equal(path, Assert.Throws<ModelFormatException>(() => StableDiffusion.Load(model, _engine)).Path);
    }

    [Theory]
    [InlineData("model_index.json")]
    [InlineData("unet/config.json")]
    [InlineData("vae/config.json")]
    [InlineData("text_encoder/config.json")]
    [InlineData("scheduler/scheduler_config.json")]
    [InlineData("tokenizer/vocab.json")]
    [InlineData("tokenizer/merges.txt")]
    [InlineData("tokenizer/tokenizer_config.json")]
    [InlineData("tokenizer/special_tokens_map.json")]
    public void Load_AnyMutationOfASmallFile_NeverFailsInAnotherWay(string file)
    {
        // Without weights even an unharmed copy is refused, but only after every small file was read.
        var model = Models.Copy(Models.Toybox, _folder);
        Directory.EnumerateFiles(model, "*.safetensors", SearchOption.AllDirectories).ToList().ForEach(File.Delete);
        var path = Path.Combine(model, file);
        var original = File.ReadAllBytes(path);
        var mutation = Gen.Zip(Gen.Choose(0, original.Length - 1), Gen.Frequency((1, Gen.Choose(0, 255)), (2, Gen.Elements("0123456789-[]{},:\"eE.\\u ".Select(c => (int)c).ToArray()))));
        Prop.ForAll(mutation.NonEmptyListOf().ToArbitrary(), changes =>
        {
            var bytes = original.ToArray();
            foreach (var (position, value) in changes.Take(3)) bytes[position] = (byte)value;
            File.WriteAllBytes(path, bytes);
            Assert.ThrowsAny<ModelFormatException>(() => StableDiffusion.Load(model, _engine));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("unet/config.json", "\"act_fn\": \"silu\"", "\"act_fn\": \"\\ud800\"")]
    [InlineData("tokenizer/vocab.json", "\"a\":", "\"\\ud800\":")]
    [InlineData("tokenizer/tokenizer_config.json", "\"<|endoftext|>\"", "\"\\udfff\"")]
    public void Load_HalfASurrogatePair_IsRefused(string file, string text, string replacement)
    {
        var model = Models.Copy(Models.Toybox, _folder);
        var path = Path.Combine(model, file);
        File.Delete(Path.Combine(model, "tokenizer", "special_tokens_map.json"));
        var changed = File.ReadAllText(path).Replace(text, replacement, StringComparison.Ordinal);
        Assert.Contains(replacement, changed, StringComparison.Ordinal);
        File.WriteAllText(path, changed);
        Assert.Equal(path, Assert.Throws<ModelFormatException>(() => StableDiffusion.Load(model, _engine)).Path);
    }

    [Fact]
    public void Load_NoFolder_SaysSo() =>
        Assert.Throws<ModelFormatException>(() => StableDiffusion.Load(Path.Combine(_folder.Path, "nowhere"), _engine));

    [Fact]
    public void Load_PickledWeightsOnly_AreRefused()
    {
        var model = Models.Copy(Models.Toybox, _folder);
        var weights = Path.Combine(model, "vae", "diffusion_pytorch_model.safetensors");
        File.Move(weights, Path.ChangeExtension(weights, ".bin"));
        var e = Assert.Throws<ModelFormatException>(() => StableDiffusion.Load(model, _engine));
        Assert.Contains("pickled", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MissingTensor_NamesIt()
    {
        var model = Damaged(tensor => tensor.Name == Bias ? [] : [tensor]);
        AssertFaultAt(model, Bias, "missing");
    }

    [Fact]
    public void Load_UnknownTensor_NamesIt()
    {
        var model = Damaged(tensor => tensor.Name == Bias ? [tensor, tensor with { Name = "lora.up" }] : [tensor]);
        AssertFaultAt(model, "lora.up", "not part of the model");
    }

    [Fact]
    public void Load_WrongShape_NamesTensorAndBothShapes()
    {
        var model = Damaged(tensor => tensor.Name == Bias ? [tensor with { Shape = [2, 64] }] : [tensor]);
        AssertFaultAt(model, Bias, "[2, 64], config.json implies [128]");
    }

    [Fact]
    public void Load_IntegerWeights_NameTheTensor()
    {
        var model = Damaged(tensor => tensor.Name == Bias ? [tensor with { Type = "I64", Data = new byte[128 * 8] }] : [tensor]);
        AssertFaultAt(model, Bias, "Int64");
    }

    [Fact]
    public void Load_TruncatedWeights_NameTheFile()
    {
        var model = Models.Copy(Models.Toybox, _folder);
        var path = Path.Combine(model, "unet", "diffusion_pytorch_model.safetensors");
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        File.WriteAllBytes(path, bytes[..^1000]);
        Assert.Equal(path, Assert.Throws<Safetensors.SafetensorsException>(() => StableDiffusion.Load(model, _engine)).Path);
    }

    private const string Bias = "text_model.final_layer_norm.bias";

    private static string TextWeights(string model) => Path.Combine(model, "text_encoder", "model.safetensors");

    private string Damaged(Func<(string Name, string Type, int[] Shape, byte[] Data), IEnumerable<(string Name, string Type, int[] Shape, byte[] Data)>> change)
    {
        var model = Models.Copy(Models.Toybox, _folder);
        Models.EditTensors(TextWeights(model), change);
        return model;
    }

    private void AssertFaultAt(string model, string tensor, string problem)
    {
        var e = Assert.Throws<ModelFormatException>(() => StableDiffusion.Load(model, _engine));
        Assert.Equal((TextWeights(model), tensor), (e.Path, e.Item));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }
}
