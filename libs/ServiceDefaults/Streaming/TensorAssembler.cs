using System.Globalization;
using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.ServiceDefaults.Streaming;

/// <summary>
/// Puts the chunks of a call's tensors together. Nothing is believed: names, types, shapes, order, sizes and checksums are checked
/// before a byte is kept, and memory is only taken for tensors whose shape the call expects.
/// </summary>
public sealed class TensorAssembler
{
    private const string Field = "tensor";

    private readonly Dictionary<string, TensorSpec> _specs;
    private readonly Dictionary<string, ReceivedTensor> _complete = [];
    private ReceivedTensor? _current;
    private int _received;

    /// <summary>Takes the tensors of a call.</summary>
    /// <param name="specs">What may come; names are unique.</param>
    public TensorAssembler(IEnumerable<TensorSpec> specs) => _specs = specs.ToDictionary(spec => spec.Name, StringComparer.Ordinal);

    /// <summary>Takes the next chunk.</summary>
    /// <exception cref="VideoGrainException">INVALID_ARGUMENT, or DATA_LOSS for a wrong checksum; the tensor and the limit are named.</exception>
    public void Accept(TensorChunk chunk)
    {
        if (chunk.Data.Length > TensorLayout.MaxChunkBytes)
            throw Refuse(chunk, $"has {chunk.Data.Length} bytes in a chunk, at most {TensorLayout.MaxChunkBytes} are allowed", ErrorReasons.ChunkTooLarge);
        var tensor = _current ?? Begin(chunk);
        CheckContinues(tensor, chunk);
        if (Crc32C.Compute(chunk.Data.Span) != chunk.Crc32C)
        {
            throw new VideoGrainException(
                StatusCode.DataLoss, ErrorReasons.ChunkChecksumMismatch, $"tensor {tensor.Name}: the chunk at byte {chunk.Offset} does not match its CRC-32C");
        }

        chunk.Data.Span.CopyTo(tensor.Data.AsSpan(_received));
        _received += chunk.Data.Length;
        if (_received < tensor.Data.Length)
        {
            _current = tensor;
            return;
        }

        _complete.Add(tensor.Name, tensor);
        (_current, _received) = (null, 0);
    }

    /// <summary>Whether a tensor is complete.</summary>
    public bool Has(string name) => _complete.ContainsKey(name);

    /// <summary>A tensor that is complete.</summary>
    public ReceivedTensor Take(string name) => _complete[name];

    /// <summary>Ends the stream and hands over the tensors by name.</summary>
    /// <exception cref="VideoGrainException">A tensor is incomplete, or required ones are missing (all are named).</exception>
    public IReadOnlyDictionary<string, ReceivedTensor> Complete()
    {
        if (_current is not null)
        {
            throw VideoGrainException.Invalid(
                Field, Text($"{_current.Name}: the stream ended after {_received} of {_current.Data.Length} bytes"), ErrorReasons.StreamIncomplete);
        }

        var violations = new ViolationList();
        foreach (var spec in _specs.Values.Where(spec => spec.Required && !_complete.ContainsKey(spec.Name)))
            violations.Add(Field, $"{spec.Name} is required and did not come", ErrorReasons.TensorMissing);
        violations.ThrowIfAny();
        return _complete;
    }

    private ReceivedTensor Begin(TensorChunk chunk)
    {
        if (!_specs.TryGetValue(chunk.Name, out var spec))
        {
            var known = string.Join(", ", _specs.Keys);
            throw Refuse(chunk, $"is not taken by this call; it takes {(known.Length == 0 ? "none" : known)}", ErrorReasons.TensorUnknown);
        }

        if (_complete.ContainsKey(chunk.Name)) throw Refuse(chunk, "came already", ErrorReasons.TensorRepeated);
        if (chunk.ElementType != spec.ElementType)
            throw Refuse(chunk, $"must be {spec.ElementType}, is {chunk.ElementType}", ErrorReasons.TensorTypeMismatch);
        if (!spec.Shapes.Any(shape => chunk.Shape.SequenceEqual(shape)))
        {
            var wanted = string.Join(" or ", spec.Shapes.Select(shape => TensorLayout.Describe(shape)));
            var shown = TensorLayout.Describe(chunk.Shape.Take(TensorLayout.MaxRank));
            throw Refuse(chunk, $"must have shape {wanted}, has {shown}", spec.MismatchReason);
        }

        var bytes = TensorLayout.ByteCount(spec.ElementType, [.. chunk.Shape]);
        return new ReceivedTensor(spec.Name, spec.ElementType, [.. chunk.Shape], new byte[bytes]);
    }

    private void CheckContinues(ReceivedTensor tensor, TensorChunk chunk)
    {
        if (chunk.Name != tensor.Name)
            throw Refuse(chunk, $"begins before {tensor.Name} is complete ({_received} of {tensor.Data.Length} bytes)", ErrorReasons.ChunkOutOfOrder);
        if (chunk.ElementType != tensor.ElementType || !chunk.Shape.SequenceEqual(tensor.Shape))
            throw Refuse(chunk, "changes type or shape between chunks", ErrorReasons.TensorShapeMismatch);
        if (chunk.Offset != (ulong)_received)
            throw Refuse(chunk, Text($"must go on at byte {_received}, the chunk is at {chunk.Offset}"), ErrorReasons.ChunkOutOfOrder);
        if (chunk.Data.Length > tensor.Data.Length - _received)
            throw Refuse(chunk, Text($"has {tensor.Data.Length} bytes, the chunk reaches to {_received + (long)chunk.Data.Length}"), ErrorReasons.ChunkTooLarge);
        if (chunk.Data.Length % TensorLayout.ElementBytes(tensor.ElementType) != 0)
            throw Refuse(chunk, "a chunk must hold whole elements", ErrorReasons.FieldInvalid);
        if (chunk.Data.IsEmpty && tensor.Data.Length > 0)
            throw Refuse(chunk, "a chunk must hold data", ErrorReasons.FieldInvalid);
    }

    private static VideoGrainException Refuse(TensorChunk chunk, string description, string reason)
    {
        var name = chunk.Name.Length <= TensorLayout.MaxNameLength ? chunk.Name : chunk.Name[..TensorLayout.MaxNameLength];
        return VideoGrainException.Invalid(Field, $"{name}: {description}", reason);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
