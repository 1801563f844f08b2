using VideoGrain.Segmentation.Tests.Support;

namespace VideoGrain.Segmentation.Tests.Calls;

public sealed class CapabilityTests
{
    [Theory]
    [InlineData("onnxruntime-cpu", "1 thread", "--Segmentation:ModelThreads=1")]
    [InlineData("onnxruntime-cpu", "3 threads", "--Segmentation:ModelThreads=3")]
    [InlineData("onnxruntime-cuda", "cuda:1", "--Segmentation:ExecutionProvider=cuda", "--Segmentation:ExecutionDevice=1")]
    public async Task GetCapabilities_TellsWhatModelsRunOn(string engine, string device, params string[] settings)
    {
        using var models = new TestModels();
        await using var service = new SegmentationFixture([$"--Segmentation:ModelsDirectory={models.Folder}", .. settings]);
        await service.InitializeAsync();

        var capabilities = await service.Client.GetCapabilitiesAsync(new(), deadline: SegmentationFixture.Deadline);

        Assert.Equal((engine, device), (capabilities.Build.Engine, capabilities.Build.Device));
    }
}
