using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using RpcStatus = Google.Rpc.Status;
using Status = Grpc.Core.Status;

namespace VideoGrain.ServiceDefaults.Errors;

/// <summary>
/// Translates errors to and from the standard error model: <c>google.rpc.Status</c> in a binary trailer.
/// </summary>
internal static class StatusDetails
{
    private const string DetailsTrailer = "grpc-status-details-bin";
    private const string OmittedKey = "violations_omitted";
    private const string ReasonKeyPrefix = "violation_reason_";

    // Clients commonly refuse more than 8 KiB of metadata; base64 adds a third and the message travels a second time.
    private const int MaxDetailBytes = 4096;
    private const int MaxDescriptionLength = 256;

    public static RpcException ToRpcException(VideoGrainException error)
    {
        var details = new RpcStatus { Code = (int)error.Code, Message = error.Message };
        var info = new ErrorInfo { Domain = ErrorReasons.Domain, Reason = error.Reason };
        foreach (var (key, value) in error.Metadata) info.Metadata[key] = Cut(value, MaxDescriptionLength);
        var badRequest = Violations(error, info, details.CalculateSize());
        details.Details.Add(Any.Pack(info));
        if (badRequest.FieldViolations.Count > 0) details.Details.Add(Any.Pack(badRequest));
        if (error.RetryAfter is { } delay) details.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        return new RpcException(new Status(error.Code, error.Message, error), new Metadata { { DetailsTrailer, details.ToByteArray() } }, error.Message);
    }

    public static VideoGrainException FromRpcException(RpcException exception)
    {
        var details = exception.Trailers.FirstOrDefault(entry => entry.Key == DetailsTrailer);
        if (details is null || !TryParse(details.ValueBytes, out var status)) return WithoutDetails(exception);
        var info = Unpack<ErrorInfo>(status);
        if (info is null || info.Domain != ErrorReasons.Domain) return WithoutDetails(exception);
        var violations = Unpack<BadRequest>(status)?.FieldViolations ?? [];
        return new VideoGrainException(exception.StatusCode, info.Reason, exception.Status.Detail, exception)
        {
            Violations = [.. violations.Select((violation, i) => new Violation(
                violation.Field, violation.Description, info.Metadata.GetValueOrDefault(ReasonKey(i), info.Reason)))],
            Metadata = info.Metadata.Where(entry => !entry.Key.StartsWith(ReasonKeyPrefix, StringComparison.Ordinal)).ToDictionary(),
            RetryAfter = Unpack<RetryInfo>(status)?.RetryDelay?.ToTimeSpan(),
        };
    }

    /// <summary>As many violations as fit; a reason that differs from the main one goes to the info's metadata.</summary>
    private static BadRequest Violations(VideoGrainException error, ErrorInfo info, int used)
    {
        var (result, omitted) = (new BadRequest(), error.OmittedViolations);
        for (var i = 0; i < error.Violations.Count; i++)
        {
            var violation = error.Violations[i];
            var entry = new BadRequest.Types.FieldViolation
            {
                Field = Cut(violation.Field, MaxDescriptionLength),
                Description = Cut(violation.Description, MaxDescriptionLength),
            };
            used += entry.CalculateSize() + (violation.Reason == error.Reason ? 0 : ReasonKeyPrefix.Length + violation.Reason.Length);
            if (used > MaxDetailBytes && i > 0)
            {
                omitted += error.Violations.Count - i;
                break;
            }

            result.FieldViolations.Add(entry);
            if (violation.Reason != error.Reason) info.Metadata[ReasonKey(i)] = violation.Reason;
        }

        if (omitted > 0) info.Metadata[OmittedKey] = omitted.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return result;
    }

    /// <summary>Key of the metadata with the reason of the violation at an index, where it differs from the error's.</summary>
    private static string ReasonKey(int index) => ReasonKeyPrefix + index.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static VideoGrainException WithoutDetails(RpcException exception) => new(
        exception.StatusCode,
        exception.StatusCode switch
        {
            StatusCode.Unavailable => ErrorReasons.StageUnavailable,
            StatusCode.Cancelled => ErrorReasons.Cancelled,
            StatusCode.DeadlineExceeded => ErrorReasons.DeadlineExceeded,
            _ => ErrorReasons.Internal,
        },
        exception.Status.Detail,
        exception);

    private static bool TryParse(byte[] bytes, out RpcStatus status)
    {
        try
        {
            status = RpcStatus.Parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            status = new RpcStatus();
            return false;
        }
    }

    private static T? Unpack<T>(RpcStatus status)
        where T : class, IMessage, new()
    {
        foreach (var detail in status.Details)
        {
            try
            {
                if (detail.TryUnpack(out T message)) return message;
            }
            catch (InvalidProtocolBufferException)
            {
                // A peer's damaged detail counts as absent.
            }
        }

        return null;
    }

    /// <summary>A text of at most so many characters; dots stand for what was cut off.</summary>
    public static string Cut(string text, int most) => text.Length <= most ? text : string.Concat(text.AsSpan(0, most - 3), "...");
}
