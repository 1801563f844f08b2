using System.Buffers.Binary;
using VideoGrain.Orchestrator.Artifacts;

namespace VideoGrain.Orchestrator.Tensors;

/// <summary>
/// The latents after one inversion step within a trajectory file, which is records one after the other: steps done, timestep, tensor.
/// Files can be joined by joining their bytes.
/// </summary>
/// <param name="StepsDone">Inversion steps done, from 1.</param>
/// <param name="Timestep">Diffusion timestep of the latents.</param>
/// <param name="Header">Type and shape of the latents.</param>
/// <param name="Data">Their bytes.</param>
internal sealed record TrajectoryRecord(int StepsDone, int Timestep, TensorHeader Header, TensorPiece Data)
{
    private const int PrefixBytes = 2 * sizeof(int);

    /// <summary>What stands before the tensor's header.</summary>
    public static byte[] Prefix(int stepsDone, int timestep)
    {
        var bytes = new byte[PrefixBytes];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, stepsDone);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sizeof(int)), timestep);
        return bytes;
    }

    /// <summary>Bytes of a whole record.</summary>
    public static long Length(TensorHeader header) => PrefixBytes + header.HeaderBytes + header.DataBytes;

    /// <summary>Finds the records of a file without reading their latents.</summary>
    /// <exception cref="InvalidDataException">The file is no trajectory.</exception>
    public static async Task<List<TrajectoryRecord>> ReadAllAsync(IArtifactStore store, ArtifactReference file, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(file.Digest, 0, cancellationToken);
        var records = new List<TrajectoryRecord>();
        var prefix = new byte[PrefixBytes];
        for (long at = 0; at < file.Length;)
        {
            stream.Position = at;
            await TensorHeader.ReadExactlyAsync(stream, prefix, cancellationToken);
            var header = await TensorHeader.ReadAsync(stream, cancellationToken);
            records.Add(new TrajectoryRecord(
                BinaryPrimitives.ReadInt32LittleEndian(prefix),
                BinaryPrimitives.ReadInt32LittleEndian(prefix.AsSpan(sizeof(int))),
                header,
                new TensorPiece(file.Digest, at + PrefixBytes + header.HeaderBytes, header.DataBytes)));
            at += Length(header);
        }

        return records;
    }
}
