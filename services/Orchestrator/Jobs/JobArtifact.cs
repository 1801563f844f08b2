using VideoGrain.Orchestrator.Artifacts;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>A name within a job for bytes in the artifact store. As long as it exists the bytes are kept.</summary>
public sealed class JobArtifact
{
    /// <summary>The job it belongs to.</summary>
    public required string JobId { get; init; }

    /// <summary>Its name, unique within the job, such as <c>result.mp4</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public required JobArtifactKind Kind { get; init; }

    /// <summary>Its media type.</summary>
    public required string MediaType { get; init; }

    /// <summary>Where the bytes are.</summary>
    public ArtifactDigest Digest { get; private set; }

    /// <summary>Size in bytes.</summary>
    public long Length { get; private set; }

    /// <summary>When it was recorded.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>Whether callers may see and download it.</summary>
    public bool IsPublic => Kind < JobArtifactKind.Working;

    /// <summary>The bytes, as the store knows them.</summary>
    public ArtifactReference Reference => new(Digest, Length);

    internal void PointTo(ArtifactReference reference, DateTimeOffset now)
    {
        Digest = reference.Digest;
        Length = reference.Length;
        CreatedAt = now;
    }
}
