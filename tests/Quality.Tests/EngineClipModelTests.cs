using System.Text.Json;
using VideoGrain.Diffusion;
using VideoGrain.Diffusion.Clip;
using VideoGrain.Media;
using VideoGrain.Tensors.Cpu;

namespace VideoGrain.Quality.Tests;

/// <summary>A CLIP pair with random weights; PyTorch computed the expected embeddings from the same files.</summary>
public sealed class EngineClipModelTests : IDisposable
{
    private const float Tolerance = 2e-5f;

    // Pillow rounds to 8 bits between columns and rows.
    private const float ResizeTolerance = 2e-2f;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "data", "clip-model");

    private readonly CpuEngine _engine = new();

    [Fact]
    public void EmbedText_AgreesWithPyTorch()
    {
        using var model = ClipModel.Load(Folder, _engine);

        foreach (var text in Expected().GetProperty("texts").EnumerateArray())
            AssertClose(Numbers(text.GetProperty("embedding")), new EngineClipModel(model).EmbedText(text.GetProperty("text").GetString()!));
    }

    [Fact]
    public void EmbedImage_OfTheModelsSize_AgreesWithPyTorch()
    {
        using var model = ClipModel.Load(Folder, _engine);

        AssertClose(Numbers(Expected().GetProperty("square")), new EngineClipModel(model).EmbedImage(Picture(16, 16)));
    }

    [Fact]
    public void EmbedImage_OfAnotherShape_IsShrunkAndCutAsByPillow()
    {
        using var model = ClipModel.Load(Folder, _engine);

        AssertClose(Numbers(Expected().GetProperty("wide")), new EngineClipModel(model).EmbedImage(Picture(40, 32)), ResizeTolerance);
    }

    [Fact]
    public void Load_ConfigThatContradictsTheWeights_NamesTheTensor()
    {
        var folder = Copy();
        try
        {
            var config = Path.Combine(folder, "config.json");
            File.WriteAllText(config, File.ReadAllText(config).Replace("\"patch_size\": 4", "\"patch_size\": 8", StringComparison.Ordinal));

            var error = Assert.Throws<ModelFormatException>(() => ClipModel.Load(folder, _engine));

            Assert.Contains("vision_model.embeddings.patch_embedding.weight", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Load_ConfigWithoutImageTower_NamesTheField()
    {
        var folder = Copy();
        try
        {
            var config = Path.Combine(folder, "config.json");
            File.WriteAllText(config, File.ReadAllText(config).Replace("\"vision_config\"", "\"other\"", StringComparison.Ordinal));

            var error = Assert.Throws<ModelFormatException>(() => ClipModel.Load(folder, _engine));

            Assert.Contains("vision_config", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void EmbedImage_OfAWrongCount_IsRefused()
    {
        using var model = ClipModel.Load(Folder, _engine);

        Assert.Throws<ArgumentException>(() => model.EmbedImage(new float[7]));
    }

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();

    private static string Copy()
    {
        var folder = Directory.CreateTempSubdirectory("clip-").FullName;
        foreach (var file in Directory.EnumerateFiles(Folder))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        return folder;
    }

    private static Frame Picture(int width, int height)
    {
        var rgb = new byte[width * height * Frame.Channels];
        for (var i = 0; i < rgb.Length; i++)
        {
            var (x, y, c) = (i / Frame.Channels % width, i / Frame.Channels / width, i % Frame.Channels);
            rgb[i] = (byte)((11 * x) + (7 * y) + (50 * c) + (x * y % 13 * 9));
        }

        return new Frame(width, height, rgb);
    }

    private static JsonElement Expected() => JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "expected.json"))).RootElement;

    private static float[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(n => n.GetSingle())];

    private static void AssertClose(float[] expected, float[] actual, float tolerance = Tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.InRange(actual[i], expected[i] - tolerance, expected[i] + tolerance);
    }
}
