using System.Net;
using Amazon.Runtime;
using Amazon.S3;

namespace VideoGrain.Orchestrator.Artifacts.S3;

/// <summary>Says in the store's own exceptions what went wrong with a request.</summary>
internal static class S3Errors
{
    private static readonly HashSet<string> Full = new(StringComparer.OrdinalIgnoreCase)
    {
        "InsufficientStorage", "StorageFull", "XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded",
    };

    /// <summary>Runs a request.</summary>
    /// <exception cref="ArtifactStoreFullException">The store has no room.</exception>
    /// <exception cref="ArtifactStoreDeniedException">The store refuses the credentials.</exception>
    /// <exception cref="ArtifactStoreUnavailableException">Anything else.</exception>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && Translate(exception) is { } known)
        {
            throw known;
        }
    }

    /// <summary>Whether the store says that there is no such object, or no such upload; without its bucket there is no store.</summary>
    public static bool IsMissing(Exception exception) =>
        exception is AmazonS3Exception { ErrorCode: not "NoSuchBucket", StatusCode: HttpStatusCode.NotFound } or AmazonS3Exception { ErrorCode: "NoSuchKey" or "NoSuchUpload" };

    private static IOException? Translate(Exception exception) => exception switch
    {
        AmazonS3Exception s3 when IsMissing(s3) => null,
        AmazonS3Exception { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable } => null,
        AmazonS3Exception s3 when s3.StatusCode == HttpStatusCode.InsufficientStorage || Full.Contains(s3.ErrorCode ?? "") =>
            new ArtifactStoreFullException(new IOException($"The store answered {s3.ErrorCode}.", s3)),
        AmazonS3Exception s3 when s3.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized || s3.ErrorCode is "ExpiredToken" or "InvalidToken" =>
            new ArtifactStoreDeniedException(s3.ErrorCode ?? s3.StatusCode.ToString(), s3),

        // Answers to HEAD have no body and so no code. Our requests are well-formed; what a store calls bad about them is the session token.
        AmazonS3Exception { StatusCode: HttpStatusCode.BadRequest, ErrorCode: null or "" or "BadRequest" } s3 => new ArtifactStoreDeniedException("BadRequest", s3),
        AmazonS3Exception s3 => new ArtifactStoreUnavailableException($"The artifact store answered {(int)s3.StatusCode} {s3.ErrorCode}.", s3)
        {
            IsOutage = s3.StatusCode >= HttpStatusCode.InternalServerError || s3.StatusCode == HttpStatusCode.TooManyRequests,
        },
        AmazonClientException or HttpRequestException or IOException or OperationCanceledException =>
            new ArtifactStoreUnavailableException("The artifact store cannot be reached.", exception) { IsOutage = true },
        _ => null,
    };
}
