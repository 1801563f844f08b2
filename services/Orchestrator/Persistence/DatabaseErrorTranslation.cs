using Grpc.Core;
using VideoGrain.Orchestrator.Submission;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>What callers are told when the database is away or full.</summary>
internal sealed class DatabaseErrorTranslation : IExceptionTranslation
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public VideoGrainException? TryTranslate(Exception exception)
    {
        if (exception is DatabaseUnavailableException || DatabaseErrors.IsUnavailable(exception))
            return new(StatusCode.Unavailable, SubmissionReasons.DatabaseUnavailable, "the service's database cannot be reached", exception) { RetryAfter = RetryAfter };

        return DatabaseErrors.IsFull(exception)
            ? new(StatusCode.ResourceExhausted, SubmissionReasons.StorageFull, "the server's storage is full", exception) { RetryAfter = RetryAfter }
            : null;
    }
}
