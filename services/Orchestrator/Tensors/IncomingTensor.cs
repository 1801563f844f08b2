using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Orchestrator.Tensors;

/// <summary>Checks the chunks of one tensor from a stage, in order, before their bytes are used.</summary>
internal sealed class IncomingTensor
{
    /// <summary>Reason of a stage's answer that breaks the contract.</summary>
    public const string ProtocolError = "STAGE_PROTOCOL_ERROR";

    private long _received;

    /// <summary>Begins with a tensor's first chunk; the chunk itself is still to be accepted.</summary>
    /// <exception cref="VideoGrainException">INTERNAL: the chunk begins no tensor of acceptable size.</exception>
    public IncomingTensor(TensorChunk first, long maxBytes)
    {
        Name = first.Name;
        if (TensorLayout.ElementBytes(first.ElementType) == 0 || first.Shape.Count > TensorLayout.MaxRank || first.Shape.Any(size => size < 0))
            throw Broken("has no valid type or shape");

        long bytes = TensorLayout.ElementBytes(first.ElementType);
        foreach (var size in first.Shape)
        {
            if (size > maxBytes / Math.Max(1, bytes))
                throw Broken($"is larger than {maxBytes} bytes");

            bytes *= size;
        }

        Header = new TensorHeader(first.ElementType, [.. first.Shape]);
    }

    /// <summary>The tensor's name.</summary>
    public string Name { get; }

    /// <summary>Its type and shape.</summary>
    public TensorHeader Header { get; }

    /// <summary>Whether every byte came.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Checks the next chunk.</summary>
    /// <exception cref="VideoGrainException">DATA_LOSS for a wrong checksum, INTERNAL for anything else that breaks the contract.</exception>
    public void Accept(TensorChunk chunk)
    {
        if (IsComplete || chunk.Name != Name || chunk.ElementType != Header.ElementType || !chunk.Shape.SequenceEqual(Header.Shape) || chunk.Offset != (ulong)_received)
            throw Broken($"is not continued at byte {_received}");
        if (chunk.Data.Length > Header.DataBytes - _received || (chunk.Data.IsEmpty && Header.DataBytes > 0))
            throw Broken($"has a chunk of {chunk.Data.Length} bytes where {Header.DataBytes - _received} are missing");
        if (Crc32C.Compute(chunk.Data.Span) != chunk.Crc32C)
            throw new VideoGrainException(StatusCode.DataLoss, ErrorReasons.ChunkChecksumMismatch, $"tensor '{Name}' from the stage: the chunk at byte {_received} does not match its CRC-32C");

        _received += chunk.Data.Length;
        IsComplete = _received == Header.DataBytes;
    }

    private VideoGrainException Broken(string what) =>
        new(StatusCode.Internal, ProtocolError, $"tensor '{(Name.Length > TensorLayout.MaxNameLength ? Name[..TensorLayout.MaxNameLength] : Name)}' from the stage {what}");
}
