using Grpc.Core;
using Microsoft.Extensions.Options;
using VideoGrain.Cli.Specification;
using VideoGrain.Media;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Cli.Output;

/// <summary>Turns what was thrown into what the user sees and what the shell gets.</summary>
internal static class Failures
{
    /// <summary>Explains an exception.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="places">Where the fields of the sent specification stand; null where none was sent.</param>
    /// <returns>The failure; null for what is a defect of this program.</returns>
    public static Failure? Explain(Exception exception, SourceMap? places = null) => exception switch
    {
        SpecificationException bad => new Failure(ExitCodes.Usage, "SPECIFICATION_INVALID", bad.Errors[0].Message, [.. bad.Errors.Select(Detail)]),
        CommandException command => command.Failure,
        RpcException rpc => Explain(VideoGrainException.FromRpcException(rpc), places),
        MediaException media => new Failure(ExitCodes.Usage, "MEDIA_INVALID", media.Message, []),
        IOException or UnauthorizedAccessException => new Failure(ExitCodes.Usage, "FILE_UNUSABLE", exception.Message, []),
        OptionsValidationException => new Failure(ExitCodes.Environment, "CONFIGURATION_INVALID", exception.Message, []),
        InvalidDataException => new Failure(ExitCodes.Unavailable, "TRANSFER_DAMAGED", exception.Message, []),
        _ => null,
    };

    private static Failure Explain(VideoGrainException error, SourceMap? places)
    {
        int code = error.Code switch
        {
            StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted => ExitCodes.Unavailable,
            StatusCode.Cancelled => ExitCodes.Interrupted,
            _ => ExitCodes.Refused,
        };
        string message = error.Code == StatusCode.Unavailable && error.Message.Length == 0 ? "The server cannot be reached." : error.Message;
        IEnumerable<FailureDetail> details = error.Violations.Select(v => places is null
            ? new FailureDetail("", 0, 0, v.Field, v.Description)
            : Detail(places.Locate(v.Field, v.Description)));
        return new Failure(code, error.Reason, message, [.. details]) { RetryAfterSeconds = error.RetryAfter?.TotalSeconds };
    }

    private static FailureDetail Detail(SpecificationError e) => new(e.File, e.Line, e.Column, e.Field, e.Message);
}
