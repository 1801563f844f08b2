using Grpc.Core;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;
using VideoGrain.Media;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Segmentation.Models;

/// <summary>What exceptions of models and media mean to a caller.</summary>
internal sealed class ModelExceptionTranslation(IOptions<SegmentationOptions> options) : IExceptionTranslation
{
    // The words of ONNX Runtime's arenas, which swallow the CUDA runtime's own. On the processor a damaged model is likelier than a full memory.
    private const string NotAllocated = "Failed to allocate memory for requested buffer";

    public VideoGrainException? TryTranslate(Exception exception) => exception switch
    {
        ModelProfileException or OnnxRuntimeException when IsOnDevice && exception.Message.Contains(NotAllocated, StringComparison.Ordinal)
            => new(StatusCode.ResourceExhausted, ErrorReasons.GpuOutOfMemory, "the device's memory does not suffice for a model", exception),
        ModelProfileException => new(StatusCode.FailedPrecondition, ErrorReasons.ModelFormatInvalid, exception.Message, exception),
        DllNotFoundException => new(StatusCode.FailedPrecondition, ErrorReasons.ModelNotLoaded, "the ONNX Runtime library is not installed", exception),
        OnnxRuntimeException => new(StatusCode.Internal, ErrorReasons.Internal, "a model's run failed", exception),
        MediaException => new(StatusCode.InvalidArgument, ErrorReasons.FieldInvalid, exception.Message, exception),
        _ => null,
    };

    private bool IsOnDevice => options.Value.ExecutionProvider != ExecutionProviders.Cpu;
}
