using System.Globalization;
using Grpc.Core;
using VideoGrain.Diffusion;
using VideoGrain.Editing;
using VideoGrain.ServiceDefaults.Contract;
using VideoGrain.Tensors;

namespace VideoGrain.ServiceDefaults.Errors;

/// <summary>Finds the error that an exception of the libraries means to a caller.</summary>
public sealed class ErrorTranslator(IEnumerable<IExceptionTranslation> translations)
{
    private const string StageHeader = "header";

    /// <summary>The error behind an exception; INTERNAL with a message that tells nothing when the exception is not known.</summary>
    public VideoGrainException Translate(Exception exception)
    {
        switch (exception)
        {
            case VideoGrainException error:
                return error;
            case AggregateException { InnerExceptions: [var single] }:
                return Translate(single);
            case RpcException rpc:
                return VideoGrainException.FromRpcException(rpc);
            case NonFiniteLatentsException failure:
                return NonFinite(failure);
            case NonFiniteFramesException failure:
                return NonFinite(failure);
            case EditException failure:
                return Edit(failure);
            case ModelFormatException failure:
                return Model(failure);
            case DeviceOutOfMemoryException failure:
                return new(StatusCode.ResourceExhausted, ErrorReasons.GpuOutOfMemory, failure.Message, failure);
            case OutOfMemoryException:
                return new(StatusCode.ResourceExhausted, ErrorReasons.OutOfMemory, "the service's memory does not suffice", exception);
            case OperationCanceledException:
                return new(StatusCode.Cancelled, ErrorReasons.Cancelled, "the call was cancelled", exception);
            default:
                return translations.Select(translation => translation.TryTranslate(exception)).FirstOrDefault(error => error is not null)
                    ?? new(StatusCode.Internal, ErrorReasons.Internal, "the service failed; its log says more", exception);
        }
    }

    private static VideoGrainException NonFinite(NonFiniteLatentsException failure) =>
        new(StatusCode.Internal, failure.Reason, failure.Message, failure)
        {
            Metadata = new Dictionary<string, string>
            {
                ["stage"] = failure.Stage,
                ["step"] = failure.Step.ToString(CultureInfo.InvariantCulture),
                ["timestep"] = failure.Timestep.ToString(CultureInfo.InvariantCulture),
                ["layer"] = failure.Layer,
            },
        };

    private static VideoGrainException NonFinite(NonFiniteFramesException failure) =>
        new(StatusCode.Internal, failure.Reason, failure.Message, failure)
        {
            Metadata = new Dictionary<string, string> { ["stage"] = "decoding", ["frame"] = failure.Frame.ToString(CultureInfo.InvariantCulture) },
        };

    private static VideoGrainException Edit(EditException failure) => failure.Reason switch
    {
        EditReasons.CheckpointCorrupt => new(StatusCode.DataLoss, failure.Reason, failure.Message, failure),
        EditReasons.NothingChanged => new(StatusCode.FailedPrecondition, failure.Reason, failure.Message, failure),
        _ => VideoGrainException.Invalid([.. failure.Violations.ToViolations(StageHeader)]),
    };

    /// <summary>Callers learn which file of the model is at fault, not where the models lie.</summary>
    private static VideoGrainException Model(ModelFormatException failure)
    {
        var part = Path.GetFileName(failure.Path);
        return new(StatusCode.FailedPrecondition, ErrorReasons.ModelFormatInvalid, $"{part}: {failure.Item}: {failure.Problem}", failure);
    }
}
