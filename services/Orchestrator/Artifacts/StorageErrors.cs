using Grpc.Core;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>A store that is away or refuses this service, in the contract's words: not the caller's fault, and worth another try.</summary>
internal sealed class StorageErrors : IExceptionTranslation
{
    /// <summary>Reason of an artifact store that cannot be used now.</summary>
    public const string Unavailable = "STORAGE_UNAVAILABLE";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>The error.</summary>
    public static VideoGrainException Describe(Exception exception) =>
        new(StatusCode.Unavailable, Unavailable, "the server's artifact store cannot be used now", exception) { RetryAfter = RetryAfter };

    public VideoGrainException? TryTranslate(Exception exception) =>
        exception is ArtifactStoreUnavailableException or ArtifactStoreDeniedException ? Describe(exception) : null;
}
