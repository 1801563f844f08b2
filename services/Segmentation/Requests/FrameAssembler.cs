using System.Globalization;
using Grpc.Core;
using VideoGrain.Media;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;
using ClipGeometry = VideoGrain.Protos.V1.ClipGeometry;

namespace VideoGrain.Segmentation.Requests;

/// <summary>
/// Cuts the chunks of the tensor <c>frames</c> into frames as they arrive, so that a clip is never in memory as a whole. Nothing is
/// believed: type, shape, order, sizes and checksums are checked before a byte is kept.
/// </summary>
internal sealed class FrameAssembler
{
    public const string Name = "frames";

    private const string Field = "tensor";

    private readonly long[] _shape;
    private readonly long _bytes;
    private readonly int _width;
    private readonly int _height;
    private long _received;
    private byte[]? _frame;
    private int _filled;

    public FrameAssembler(ClipGeometry geometry)
    {
        (_width, _height) = ((int)geometry.Width, (int)geometry.Height);
        _shape = [geometry.FrameCount, geometry.Height, geometry.Width, Frame.Channels];
        _bytes = TensorLayout.ByteCount(ElementType.Uint8, _shape);
    }

    /// <summary>Whether the tensor has begun.</summary>
    public bool HasBegun => _received > 0;

    /// <summary>Whether every frame came.</summary>
    public bool IsComplete => _received == _bytes;

    /// <summary>Takes the next chunk.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <returns>The frames that it completes.</returns>
    /// <exception cref="VideoGrainException">INVALID_ARGUMENT, or DATA_LOSS for a wrong checksum; the tensor and the limit are named.</exception>
    public IReadOnlyList<Frame> Accept(TensorChunk chunk)
    {
        Check(chunk);
        var data = chunk.Data.Span;
        var frames = new List<Frame>();
        _received += data.Length;
        while (!data.IsEmpty)
        {
            _frame ??= GC.AllocateUninitializedArray<byte>(_width * _height * Frame.Channels);
            var piece = data[..Math.Min(data.Length, _frame.Length - _filled)];
            piece.CopyTo(_frame.AsSpan(_filled));
            _filled += piece.Length;
            data = data[piece.Length..];
            if (_filled < _frame.Length)
                break;
            frames.Add(new Frame(_width, _height, _frame));
            (_frame, _filled) = (null, 0);
        }

        return frames;
    }

    /// <summary>Ends the stream.</summary>
    /// <exception cref="VideoGrainException">Frames are missing.</exception>
    public void Complete()
    {
        if (!HasBegun)
            throw VideoGrainException.Invalid(Field, $"{Name} is required and did not come", ErrorReasons.TensorMissing);
        if (!IsComplete)
            throw VideoGrainException.Invalid(Field, Text($"{Name}: the stream ended after {_received} of {_bytes} bytes"), ErrorReasons.StreamIncomplete);
    }

    private void Check(TensorChunk chunk)
    {
        if (chunk.Name != Name)
            throw Refuse(chunk.Name[..Math.Min(chunk.Name.Length, TensorLayout.MaxNameLength)], $"is not taken by this call; it takes {Name}", ErrorReasons.TensorUnknown);
        if (IsComplete)
            throw Refuse(Name, "came already", ErrorReasons.TensorRepeated);
        if (chunk.ElementType != ElementType.Uint8)
            throw Refuse(Name, $"must be {ElementType.Uint8}, is {chunk.ElementType}", ErrorReasons.TensorTypeMismatch);
        if (!chunk.Shape.SequenceEqual(_shape))
        {
            var shown = TensorLayout.Describe(chunk.Shape.Take(TensorLayout.MaxRank));
            throw Refuse(Name, $"must have shape {TensorLayout.Describe(_shape)}, has {shown}", ErrorReasons.TensorShapeMismatch);
        }

        if (chunk.Data.Length > TensorLayout.MaxChunkBytes)
            throw Refuse(Name, $"has {chunk.Data.Length} bytes in a chunk, at most {TensorLayout.MaxChunkBytes} are allowed", ErrorReasons.ChunkTooLarge);
        if (chunk.Data.IsEmpty)
            throw Refuse(Name, "a chunk must hold data", ErrorReasons.FieldInvalid);
        if (chunk.Offset != (ulong)_received)
            throw Refuse(Name, Text($"must go on at byte {_received}, the chunk is at {chunk.Offset}"), ErrorReasons.ChunkOutOfOrder);
        if (chunk.Data.Length > _bytes - _received)
            throw Refuse(Name, Text($"has {_bytes} bytes, the chunk reaches to {_received + chunk.Data.Length}"), ErrorReasons.ChunkTooLarge);
        if (Crc32C.Compute(chunk.Data.Span) != chunk.Crc32C)
        {
            throw new VideoGrainException(
                StatusCode.DataLoss, ErrorReasons.ChunkChecksumMismatch, $"tensor {Name}: the chunk at byte {chunk.Offset} does not match its CRC-32C");
        }
    }

    private static VideoGrainException Refuse(string name, string description, string reason)
        => VideoGrainException.Invalid(Field, $"{name}: {description}", reason);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
