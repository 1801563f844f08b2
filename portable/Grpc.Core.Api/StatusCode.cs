namespace Grpc.Core;

/// <summary>The status codes of gRPC, with their numbers on the wire.</summary>
public enum StatusCode
{
    /// <summary>The call succeeded.</summary>
    OK = 0,

    /// <summary>The call was cancelled, as a rule by the caller.</summary>
    Cancelled = 1,

    /// <summary>An error of which nothing more is known.</summary>
    Unknown = 2,

    /// <summary>The request is wrong whatever state the service is in.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the call ended.</summary>
    DeadlineExceeded = 4,

    /// <summary>Something that was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>Something that was to be created exists already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>The caller is not known: credentials are missing or wrong.</summary>
    Unauthenticated = 16,

    /// <summary>A quota, a size limit or a store is exhausted.</summary>
    ResourceExhausted = 8,

    /// <summary>The service is not in the state the call needs.</summary>
    FailedPrecondition = 9,

    /// <summary>The call was given up, as a rule because of a conflict with another.</summary>
    Aborted = 10,

    /// <summary>The request goes past a valid range.</summary>
    OutOfRange = 11,

    /// <summary>The service does not offer the method.</summary>
    Unimplemented = 12,

    /// <summary>Something that must never happen has happened.</summary>
    Internal = 13,

    /// <summary>The service cannot be reached now; trying again may help.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or damaged for good.</summary>
    DataLoss = 15,
}
