using Grpc.Core;

namespace VideoGrain.ServiceDefaults.Errors;

/// <summary>Finds the error that an exception of the libraries means to a caller.</summary>
public sealed class ErrorTranslator(IEnumerable<IExceptionTranslation> translations)
{
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
            case OutOfMemoryException:
                return new(StatusCode.ResourceExhausted, ErrorReasons.OutOfMemory, "the service's memory does not suffice", exception);
            case OperationCanceledException:
                return new(StatusCode.Cancelled, ErrorReasons.Cancelled, "the call was cancelled", exception);
            default:
                return translations.Select(translation => translation.TryTranslate(exception)).FirstOrDefault(error => error is not null)
                    ?? new(StatusCode.Internal, ErrorReasons.Internal, "the service failed; its log says more", exception);
        }
    }
}
