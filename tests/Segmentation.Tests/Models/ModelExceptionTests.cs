using Microsoft.Extensions.Options;
using VideoGrain.Segmentation.Models;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Segmentation.Tests.Models;

public sealed class ModelExceptionTests
{
    [Theory]
    [InlineData("cuda", ErrorReasons.GpuOutOfMemory)]
    [InlineData("cpu", ErrorReasons.ModelFormatInvalid)]
    public void Translate_ArenaThatCannotGrow_IsTheDevicesMemoryWhereThereIsADevice(string provider, string reason)
    {
        var translator = new ErrorTranslator([new ModelExceptionTranslation(Options.Create(new SegmentationOptions { ExecutionProvider = provider }))]);

        var error = translator.Translate(new ModelProfileException(
            "model 'depth': a run of depth.onnx failed: [ErrorCode:RuntimeException] Non-zero status code returned while running Conv node. Name:'c' " +
            "Status Message: bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool) Failed to allocate memory for requested buffer of size 943718400"));

        Assert.Equal(reason, error.Reason);
    }
}
