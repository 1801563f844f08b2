using System.Runtime.CompilerServices;
using Google.Protobuf;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Orchestrator.Tensors;

/// <summary>A tensor in the store, ready to be sent: its pieces one after the other are its bytes.</summary>
/// <param name="Name">Its name within the call.</param>
/// <param name="ElementType">Type of the elements.</param>
/// <param name="Shape">Sizes of the dimensions, outermost first.</param>
/// <param name="Pieces">Where the bytes are; each piece holds whole elements.</param>
internal sealed record StoredTensor(string Name, ElementType ElementType, IReadOnlyList<long> Shape, IReadOnlyList<TensorPiece> Pieces)
{
    /// <summary>Opens a tensor that an artifact holds alone.</summary>
    /// <exception cref="InvalidDataException">The artifact holds no tensor.</exception>
    public static async Task<StoredTensor> OpenAsync(IArtifactStore store, string name, ArtifactDigest digest, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(digest, 0, cancellationToken);
        var header = await TensorHeader.ReadAsync(stream, cancellationToken);
        return new StoredTensor(name, header.ElementType, header.Shape, [new TensorPiece(digest, header.HeaderBytes, header.DataBytes)]);
    }

    /// <summary>Reads the tensor as chunks for the wire; one chunk is in memory at a time.</summary>
    /// <exception cref="InvalidDataException">A piece is cut short.</exception>
    public async IAsyncEnumerable<TensorChunk> ReadAsync(IArtifactStore store, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long offset = 0;
        foreach (var piece in Pieces)
        {
            await using var stream = await store.OpenReadAsync(piece.Digest, piece.Offset, cancellationToken);
            for (long done = 0; done < piece.Length;)
            {
                // Every element size divides the largest chunk.
                var data = new byte[Math.Min(TensorLayout.MaxChunkBytes, piece.Length - done)];
                await TensorHeader.ReadExactlyAsync(stream, data, cancellationToken);
                yield return Chunk(offset, data);
                done += data.Length;
                offset += data.Length;
            }
        }

        if (offset == 0)
            yield return Chunk(0, []);
    }

    private TensorChunk Chunk(long offset, byte[] data) => new()
    {
        Name = Name,
        ElementType = ElementType,
        Shape = { Shape },
        Offset = (ulong)offset,
        Data = UnsafeByteOperations.UnsafeWrap(data),
        Crc32C = Crc32C.Compute(data),
    };
}
