using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Submission;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Orchestrator.Api;

/// <summary>Reads artifacts as chunks for the wire.</summary>
internal sealed class ArtifactDownload(JobCatalog catalog, IArtifactStore store)
{
    /// <summary>Finds an artifact that the caller may see.</summary>
    /// <exception cref="VideoGrainException">NOT_FOUND.</exception>
    public async Task<JobArtifact> FindAsync(string caller, string jobId, string name, CancellationToken cancellationToken) =>
        await catalog.FindArtifactAsync(caller, jobId, name, cancellationToken)
        ?? throw new VideoGrainException(StatusCode.NotFound, SubmissionReasons.ArtifactNotFound, "the edit has no such artifact, or there is no such edit");

    /// <summary>A link to the artifact; null where the store gives none.</summary>
    /// <exception cref="VideoGrainException">OUT_OF_RANGE: the range begins past the end.</exception>
    public async Task<DownloadLink?> LinkAsync(JobArtifact artifact, ulong offset, CancellationToken cancellationToken)
    {
        CheckOffset(artifact, offset);
        return await store.CreateLinkAsync(artifact.Digest, artifact.Name, artifact.MediaType, cancellationToken) is { } link
            ? new DownloadLink { Url = link.Url.AbsoluteUri, ExpireTime = Timestamp.FromDateTimeOffset(link.ExpiresAt) }
            : null;
    }

    /// <summary>Reads a range; one chunk is in memory at a time.</summary>
    /// <param name="artifact">The artifact.</param>
    /// <param name="offset">First byte, 0 to the artifact's length.</param>
    /// <param name="length">Bytes wanted; 0 for all that follow.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="VideoGrainException">OUT_OF_RANGE: the range begins past the end. DATA_LOSS: the bytes are gone.</exception>
    public async IAsyncEnumerable<ArtifactChunk> ReadAsync(
        JobArtifact artifact, ulong offset, ulong length, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CheckOffset(artifact, offset);
        var position = (long)offset;
        var rest = (long)Math.Min(length == 0 ? ulong.MaxValue : length, (ulong)(artifact.Length - position));
        await using var stream = await OpenAsync(artifact, position, cancellationToken);
        while (rest > 0)
        {
            var data = new byte[Math.Min(rest, TensorLayout.MaxChunkBytes)];
            if (await stream.ReadAtLeastAsync(data, data.Length, throwOnEndOfStream: false, cancellationToken) < data.Length)
                throw new VideoGrainException(StatusCode.DataLoss, SubmissionReasons.ArtifactDamaged, "the artifact is damaged on the server");

            yield return new ArtifactChunk { Offset = (ulong)position, Data = UnsafeByteOperations.UnsafeWrap(data), Crc32C = Crc32C.Compute(data) };
            position += data.Length;
            rest -= data.Length;
        }
    }

    private static void CheckOffset(JobArtifact artifact, ulong offset)
    {
        if (offset > (ulong)artifact.Length)
        {
            throw new VideoGrainException(StatusCode.OutOfRange, ErrorReasons.OptionOutOfRange, $"offset {offset} is past the artifact's {artifact.Length} bytes")
            {
                Violations = [new Violation("offset", $"must be at most {artifact.Length}", ErrorReasons.OptionOutOfRange)],
            };
        }
    }

    private async Task<Stream> OpenAsync(JobArtifact artifact, long offset, CancellationToken cancellationToken)
    {
        try
        {
            return await store.OpenReadAsync(artifact.Digest, offset, cancellationToken);
        }
        catch (Exception exception) when (exception is ArtifactMissingException or ArgumentOutOfRangeException)
        {
            throw new VideoGrainException(StatusCode.DataLoss, SubmissionReasons.ArtifactDamaged, "the artifact is damaged on the server", exception);
        }
    }
}
