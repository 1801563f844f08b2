using System.Buffers;
using System.Security.Cryptography;

namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>What every store can do because it can read and write.</summary>
public static class ArtifactStoreExtensions
{
    /// <summary>Bytes moved at a time.</summary>
    public const int BlockBytes = 128 * 1024;

    /// <summary>Stores bytes that are already in memory.</summary>
    public static async ValueTask<ArtifactPin> PutAsync(this IArtifactStore store, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        await using var writer = await store.CreateAsync(data.Length, cancellationToken);
        await writer.WriteAsync(data, cancellationToken);
        return await writer.CommitAsync(cancellationToken);
    }

    /// <summary>Reads the whole artifact and compares its hash with its name.</summary>
    /// <exception cref="ArtifactMissingException">No such artifact is stored.</exception>
    /// <exception cref="ArtifactCorruptException">The bytes hash to something else.</exception>
    public static async Task VerifyAsync(this IArtifactStore store, ArtifactDigest digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        await using var stream = await store.OpenReadAsync(digest, 0, cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            int read;
            while ((read = await stream.ReadAsync(block.AsMemory(0, BlockBytes), cancellationToken)) > 0)
                hash.AppendData(block, 0, read);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        if (ArtifactDigest.FromBytes(hash.GetHashAndReset()) != digest)
            throw new ArtifactCorruptException(digest);
    }
}
