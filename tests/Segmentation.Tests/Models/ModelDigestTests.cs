using System.Text;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Pipelines;
using VideoGrain.Segmentation.Tests.Support;

namespace VideoGrain.Segmentation.Tests.Models;

/// <summary>Results of models are cached by these digests: what changes a result must change its digest.</summary>
public sealed class ModelDigestTests : IDisposable
{
    private readonly TestModels _models = new();

    [Fact]
    public async Task Digest_SameFilesElsewhere_IsTheSame()
    {
        using var other = new TestModels();
        Install(_models, "colours");
        Install(other, "elsewhere/colours");

        var digest = await DigestAsync(_models);

        Assert.Matches("^[0-9a-f]{64}$", digest);
        Assert.Equal(digest, await DigestAsync(other));
        _models.Detector().Dispose();
        Assert.Equal(digest, await DigestAsync(_models));
    }

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("profile.yaml")]
    [InlineData("weights.bin")]
    public async Task Digest_OneByteOfAFileChanges_Changes(string file)
    {
        var before = await InstalledAsync();
        var path = Path.Combine(_models.Folder, "colours", file);
        var (bytes, written) = (File.ReadAllBytes(path), File.GetLastWriteTimeUtc(path));

        // In the profile a byte of the licence, so that it stays readable.
        bytes[file == "profile.yaml" ? Encoding.UTF8.GetString(bytes).IndexOf("MIT", StringComparison.Ordinal) : bytes.Length - 1] ^= 1;
        File.WriteAllBytes(path, bytes);
        File.SetLastWriteTimeUtc(path, written.AddSeconds(1));

        var after = await DigestAsync(_models);
        Assert.NotEqual("", after);
        Assert.NotEqual(before, after);
    }

    [Fact]
    public async Task Digest_FileAddedOrRenamed_Changes()
    {
        var before = await InstalledAsync();
        File.WriteAllBytes(Path.Combine(_models.Folder, "colours", "more.bin"), [1]);
        var added = await DigestAsync(_models);
        File.Move(Path.Combine(_models.Folder, "colours", "more.bin"), Path.Combine(_models.Folder, "colours", "other.bin"));

        Assert.Equal(3, new[] { before, added, await DigestAsync(_models) }.Distinct().Count());
    }

    [Fact]
    public async Task Digest_AnotherExecutionProvider_IsAnother()
    {
        using var cuda = new TestModels(options => options.ExecutionProvider = ExecutionProviders.Cuda);
        Install(_models, "colours");
        Install(cuda, "colours");

        Assert.NotEqual(await DigestAsync(_models), await DigestAsync(cuda));
    }

    [Fact]
    public async Task Digest_ReplacedByAModelThatCannotServe_IsThatOfTheOneThatServes()
    {
        var before = await InstalledAsync();
        _models.Detector().Dispose();
        _models.Install("colours", [1, 2, 3], Profile);

        // Until it is tried nobody can tell which of them a call gets.
        Assert.Equal("", await DigestAsync(_models));
        _models.Detector().Dispose();
        Assert.Equal(before, await DigestAsync(_models));
    }

    [Fact]
    public async Task Digest_ReplacedModelThatServes_IsItsOwn()
    {
        var before = await InstalledAsync();
        _models.Detector().Dispose();
        _models.Install("colours", ToyModels.Colours(), Profile.Replace("licence: MIT", "licence: BSD", StringComparison.Ordinal));
        _models.Detector().Dispose();

        var after = await DigestAsync(_models);
        Assert.NotEqual("", after);
        Assert.NotEqual(before, after);
    }

    [Fact]
    public void BuiltIns_CodeOfServiceOrMediaChanges_ChangesTheirDigest()
    {
        Guid service = typeof(BuiltIns).Module.ModuleVersionId, media = typeof(Media.Frame).Module.ModuleVersionId;

        Assert.Equal(BuiltIns.Digest, BuiltIns.DigestOf(service, media));
        Assert.NotEqual(BuiltIns.Digest, BuiltIns.DigestOf(service, Guid.Empty));
        Assert.NotEqual(BuiltIns.Digest, BuiltIns.DigestOf(Guid.Empty, media));
    }

    public void Dispose() => _models.Dispose();

    private static string Profile => ToyModels.ColoursProfile("colours");

    private static void Install(TestModels models, string folder)
    {
        models.Install(folder, ToyModels.Colours(), Profile);
        File.WriteAllBytes(Path.Combine(models.Folder, folder, "weights.bin"), [1, 2, 3]);
    }

    private async Task<string> InstalledAsync()
    {
        Install(_models, "colours");
        return await DigestAsync(_models);
    }

    private static async Task<string> DigestAsync(TestModels models)
    {
        await models.Registry.MeasureAsync(TestContext.Current.CancellationToken);
        return Assert.Single(models.Registry.Models).Digest;
    }
}
