using Grpc.Core;
using Microsoft.ML.OnnxRuntime;
using VideoGrain.Media;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Segmentation.Models;

/// <summary>What exceptions of models and media mean to a caller.</summary>
internal sealed class ModelExceptionTranslation : IExceptionTranslation
{
    public VideoGrainException? TryTranslate(Exception exception) => exception switch
    {
        ModelProfileException => new(StatusCode.FailedPrecondition, ErrorReasons.ModelFormatInvalid, exception.Message, exception),
        DllNotFoundException => new(StatusCode.FailedPrecondition, ErrorReasons.ModelNotLoaded, "the ONNX Runtime library is not installed", exception),
        OnnxRuntimeException => new(StatusCode.Internal, ErrorReasons.Internal, "a model's run failed", exception),
        MediaException => new(StatusCode.InvalidArgument, ErrorReasons.FieldInvalid, exception.Message, exception),
        _ => null,
    };
}
