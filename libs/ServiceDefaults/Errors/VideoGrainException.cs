using Grpc.Core;

namespace VideoGrain.ServiceDefaults.Errors;

/// <summary>
/// An error as callers see it: a status code, a stable reason, violations by field, and when to try again. On the wire it is a
/// status with <c>google.rpc.Status</c> details, see <see cref="ToRpcException"/>.
/// </summary>
public sealed class VideoGrainException : Exception
{
    /// <summary>Most characters of a message.</summary>
    public const int MaxMessageLength = 1024;

    /// <summary>An error without violations.</summary>
    /// <param name="code">Status code, not OK.</param>
    /// <param name="reason">Stable reason, see <see cref="ErrorReasons"/>.</param>
    /// <param name="message">What happened, for people; leaves the process, so it holds no internals. Cut to <see cref="MaxMessageLength"/> characters.</param>
    /// <param name="inner">Cause; stays in the process.</param>
    public VideoGrainException(StatusCode code, string reason, string message, Exception? inner = null)
        : base(StatusDetails.Cut(message, MaxMessageLength), inner)
    {
        Code = code;
        Reason = reason;
    }

    /// <summary>Status code.</summary>
    public StatusCode Code { get; }

    /// <summary>Stable reason, see <see cref="ErrorReasons"/>.</summary>
    public string Reason { get; }

    /// <summary>Fields at fault; empty where no field is to blame.</summary>
    public IReadOnlyList<Violation> Violations { get; init; } = [];

    /// <summary>Further violations, which were counted and not kept.</summary>
    public int OmittedViolations { get; init; }

    /// <summary>Facts of the failure, such as step and layer.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>How long to wait before trying again; null where trying again does not help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>An INVALID_ARGUMENT with all that is wrong; the reason is the first violation's.</summary>
    /// <param name="violations">What is wrong; of more than <see cref="ViolationList.MaxKept"/> the surplus is counted and not kept.</param>
    /// <param name="omitted">Violations that were found besides.</param>
    /// <exception cref="ArgumentException">There is no violation.</exception>
    public static VideoGrainException Invalid(IReadOnlyList<Violation> violations, int omitted = 0)
    {
        if (violations.Count == 0) throw new ArgumentException("at least one violation is needed", nameof(violations));
        List<Violation> kept = [.. violations.Take(ViolationList.MaxKept)];
        var message = string.Join("; ", kept.Select(violation => $"{violation.Field}: {violation.Description}"));
        return new VideoGrainException(StatusCode.InvalidArgument, kept[0].Reason, message)
        {
            Violations = kept,
            OmittedViolations = violations.Count - kept.Count + omitted,
        };
    }

    /// <summary>An INVALID_ARGUMENT with one violation.</summary>
    public static VideoGrainException Invalid(string field, string description, string reason = ErrorReasons.FieldInvalid) =>
        Invalid([new Violation(field, description, reason)]);

    /// <summary>A RESOURCE_EXHAUSTED that asks the caller to come back.</summary>
    public static VideoGrainException Busy(string message, TimeSpan retryAfter) =>
        new(StatusCode.ResourceExhausted, ErrorReasons.StageBusy, message) { RetryAfter = retryAfter };

    /// <summary>This error for the wire: status, and its details in the trailer "grpc-status-details-bin".</summary>
    public RpcException ToRpcException() => StatusDetails.ToRpcException(this);

    /// <summary>The error that a peer reported; errors without VideoGrain's details keep code and message under the reason INTERNAL or STAGE_UNAVAILABLE.</summary>
    public static VideoGrainException FromRpcException(RpcException exception) => StatusDetails.FromRpcException(exception);
}
