using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Tests.Support;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Segmentation.Tests.Calls;

/// <summary>
/// A device whose memory is full while a model loads, and free again later. Without a GPU: the library's error names the file, and the file's
/// name says what the CUDA runtime would; "later" the file is whole, with looks that have not changed.
/// </summary>
public sealed class FullDeviceTests : IAsyncLifetime
{
    private const string Network = "CUDA failure 2: out of memory.onnx";

    private readonly TestModels _models = new();
    private SegmentationFixture _service = null!;

    public async ValueTask InitializeAsync()
    {
        _service = new SegmentationFixture($"--Segmentation:ModelsDirectory={_models.Folder}");
        await _service.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _models.Dispose();
    }

    [Fact]
    public async Task Model_ThatFoundTheMemoryFull_IsLoadedByALaterCall()
    {
        Install("green", isMemoryFull: true);
        Assert.Equal(ErrorReasons.GpuOutOfMemory, (await FailAsync("green")).Reason);
        Assert.Equal(ErrorReasons.GpuOutOfMemory, (await FailAsync("green")).Reason);

        FreeMemory();

        await FindAsync("green");
    }

    [Fact]
    public async Task NewStateOfAModel_ThatFoundTheMemoryFull_TakesOverWhenALaterCallCanLoadIt()
    {
        Install("green", isMemoryFull: false);
        await FindAsync("green");
        Install("lime", isMemoryFull: true);
        await FindAsync("green");
        Assert.True(Assert.Single((await _service.Client.ListModelsAsync(new ListModelsRequest(), deadline: SegmentationFixture.Deadline)).Problems).Serving);

        FreeMemory();

        await FindAsync("lime");
        Assert.Empty((await _service.Client.ListModelsAsync(new ListModelsRequest(), deadline: SegmentationFixture.Deadline)).Problems);
    }

    private static SegmentVideoHeader Header(string className) => TestClip.Header(("a", new RegionSource { ObjectClass = new ClassQuery { Name = className } }));

    private void Install(string className, bool isMemoryFull)
    {
        var profile = ToyModels.ColoursProfile("colours", classes: $"[red, {className}, blue]").Replace("model.onnx", $"\"{Network}\"", StringComparison.Ordinal);
        _models.Install("colours", profile, (Network, isMemoryFull ? new byte[ToyModels.Colours().Length] : ToyModels.Colours()));
    }

    private void FreeMemory()
    {
        var path = Path.Combine(_models.Folder, "colours", Network);
        var written = File.GetLastWriteTimeUtc(path);
        File.WriteAllBytes(path, ToyModels.Colours());
        File.SetLastWriteTimeUtc(path, written);
    }

    private Task<VideoGrainException> FailAsync(string className) => _service.FailAsync(Header(className), TestClip.FramesTensor);

    private async Task FindAsync(string className) => Assert.NotNull((await _service.SegmentAsync(Header(className), TestClip.FramesTensor)).Summary);
}
