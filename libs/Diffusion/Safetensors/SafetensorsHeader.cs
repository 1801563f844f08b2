using System.Text.Json;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Safetensors;

/// <summary>
/// Reads and checks a safetensors header. Everything in it is hostile until checked: nothing is allocated by a number
/// the header states, and no tensor gets out whose bytes are not its own and inside the file.
/// </summary>
internal sealed class SafetensorsHeader
{
    private const string MetadataKey = "__metadata__";

    private readonly string _path;
    private readonly long _dataBytes;
    private readonly Dictionary<string, SafetensorsEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private bool _metadataSeen;

    private SafetensorsHeader(string path, long dataBytes)
    {
        _path = path;
        _dataBytes = dataBytes;
    }

    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Parses a header and checks it against the number of bytes that follow it.</summary>
    public static SafetensorsHeader Parse(string path, ReadOnlySpan<byte> json, long dataBytes)
    {
        var header = new SafetensorsHeader(path, dataBytes);
        if (json.IsEmpty || json[0] != (byte)'{')
            throw header.Fail(SafetensorsFault.InvalidHeader, null, "the header does not start with '{'");
        try
        {
            header.ReadObject(json);
        }
        catch (JsonException e)
        {
            throw header.Fail(SafetensorsFault.InvalidHeader, null, $"the header is not valid JSON of depth {SafetensorsLimits.JsonDepth} or less", e);
        }
        catch (InvalidOperationException e)
        {
            throw header.Fail(SafetensorsFault.InvalidHeader, null, "the header holds a string that is not valid Unicode", e);
        }

        header.CheckCoverage();
        return header;
    }

    private void ReadObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = SafetensorsLimits.JsonDepth });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name == MetadataKey) ReadMetadata(ref reader);
            else ReadEntry(ref reader, name);
        }

        // Trailing spaces are padding; anything else makes this throw.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (_metadataSeen) throw Fail(SafetensorsFault.DuplicateName, MetadataKey, "given twice");
        _metadataSeen = true;
        if (reader.TokenType != JsonTokenType.StartObject) throw Fail(SafetensorsFault.InvalidHeader, MetadataKey, "is not an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw Fail(SafetensorsFault.InvalidHeader, MetadataKey, "has a value that is not a string");
            if (!_metadata.TryAdd(key, reader.GetString()!)) throw Fail(SafetensorsFault.DuplicateName, MetadataKey, "has a key twice");
        }
    }

    private void ReadEntry(ref Utf8JsonReader reader, string name)
    {
        if (name.Length > SafetensorsLimits.NameLength)
            throw Fail(SafetensorsFault.TooManyTensors, name, $"the name has {name.Length} characters, at most {SafetensorsLimits.NameLength} are allowed");
        if (_entries.Count == SafetensorsLimits.Tensors)
            throw Fail(SafetensorsFault.TooManyTensors, name, $"more than {SafetensorsLimits.Tensors} tensors");
        if (reader.TokenType != JsonTokenType.StartObject) throw Fail(SafetensorsFault.InvalidHeader, name, "is not an object");

        ElementType? type = null;
        int[]? shape = null;
        long[]? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.GetString()!;
            var repeated = field switch { "dtype" => type is not null, "shape" => shape is not null, "data_offsets" => offsets is not null, _ => false };
            if (repeated) throw Fail(SafetensorsFault.DuplicateName, name, $"{field} is given twice");
            reader.Read();
            switch (field)
            {
                case "dtype":
                    type = ReadType(ref reader, name);
                    break;
                case "shape":
                    shape = ReadShape(ref reader, name);
                    break;
                case "data_offsets":
                    offsets = ReadOffsets(ref reader, name);
                    break;
                default:
                    throw Fail(SafetensorsFault.InvalidHeader, name, $"has the unknown field '{ModelFormatException.Printable(field)}'");
            }
        }

        if (type is null || shape is null || offsets is null)
            throw Fail(SafetensorsFault.InvalidHeader, name, "lacks dtype, shape or data_offsets");
        var entry = new SafetensorsEntry(name, type.Value, shape, offsets[0], offsets[1]);
        CheckSize(entry);
        if (!_entries.TryAdd(name, entry)) throw Fail(SafetensorsFault.DuplicateName, name, "given twice");
    }

    private ElementType ReadType(ref Utf8JsonReader reader, string name)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "(not a string)";
        return text switch
        {
            "F32" => ElementType.Float32,
            "F16" => ElementType.Float16,
            "BF16" => ElementType.BFloat16,
            "I64" => ElementType.Int64,
            "I32" => ElementType.Int32,
            "U8" or "BOOL" => ElementType.UInt8,
            _ => throw Fail(
                SafetensorsFault.UnknownType, name,
                $"dtype '{ModelFormatException.Printable(text)}' is not one of F32, F16, BF16, I64, I32, U8, BOOL"),
        };
    }

    private int[] ReadShape(ref Utf8JsonReader reader, string name)
    {
        var shape = new List<int>();
        if (reader.TokenType != JsonTokenType.StartArray) throw Fail(SafetensorsFault.InvalidShape, name, "shape is not an array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var size) || size < 0)
                throw Fail(SafetensorsFault.InvalidShape, name, $"shape holds something that is not an integer from 0 to {int.MaxValue}");
            if (shape.Count == SafetensorsLimits.Rank)
                throw Fail(SafetensorsFault.InvalidShape, name, $"shape has more than {SafetensorsLimits.Rank} dimensions");
            shape.Add(size);
        }

        return [.. shape];
    }

    private long[] ReadOffsets(ref Utf8JsonReader reader, string name)
    {
        var offsets = new long[2];
        var count = 0;
        if (reader.TokenType != JsonTokenType.StartArray) throw Fail(SafetensorsFault.InvalidOffsets, name, "data_offsets is not an array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var offset) || offset < 0)
                throw Fail(SafetensorsFault.InvalidOffsets, name, "data_offsets holds something that is not a non-negative integer");
            if (count == offsets.Length) throw Fail(SafetensorsFault.InvalidOffsets, name, "data_offsets has more than two values");
            offsets[count++] = offset;
        }

        if (count != offsets.Length) throw Fail(SafetensorsFault.InvalidOffsets, name, "data_offsets has fewer than two values");
        return offsets;
    }

    private void CheckSize(SafetensorsEntry entry)
    {
        if (entry.Start > entry.End)
            throw Fail(SafetensorsFault.InvalidOffsets, entry.Name, $"data_offsets [{entry.Start}, {entry.End}) are in the wrong order");
        if (entry.End > _dataBytes)
            throw Fail(SafetensorsFault.InvalidOffsets, entry.Name, $"data_offsets end at {entry.End}, the file holds {_dataBytes} bytes of data");

        // 128 bits: a product of sizes could overflow 64, so it is cut off as it grows. A zero counts last, lest it hide the other factors.
        Int128 bytes = HostTensor.SizeOf(entry.Type);
        var most = Math.Max(_dataBytes, int.MaxValue);
        foreach (var size in entry.Shape)
        {
            bytes *= Math.Max(size, 1);
            if (bytes > most)
                throw Fail(SafetensorsFault.WrongByteCount, entry.Name, $"shape {Format(entry.Shape)} of {entry.Type} exceeds the file's {_dataBytes} bytes of data");
        }

        if (entry.Shape.Contains(0)) bytes = 0;
        if (bytes != entry.End - entry.Start)
            throw Fail(SafetensorsFault.WrongByteCount, entry.Name, $"shape {Format(entry.Shape)} of {entry.Type} takes {bytes} bytes, data_offsets give {entry.End - entry.Start}");
        if (bytes > int.MaxValue)
            throw Fail(SafetensorsFault.WrongByteCount, entry.Name, $"takes {bytes} bytes, at most {int.MaxValue} are supported");
    }

    /// <summary>The format allows neither shared nor unowned bytes: sorted by start, each tensor begins where the one before ended.</summary>
    private void CheckCoverage()
    {
        long position = 0;
        foreach (var entry in _entries.Values.OrderBy(e => e.Start).ThenBy(e => e.End))
        {
            if (entry.Start < position)
                throw Fail(SafetensorsFault.Overlap, entry.Name, $"starts at {entry.Start}, inside the tensor that ends at {position}");
            if (entry.Start > position)
                throw Fail(SafetensorsFault.Gap, entry.Name, $"starts at {entry.Start}, {entry.Start - position} bytes after the tensor before it");
            position = entry.End;
        }

        if (position != _dataBytes)
            throw Fail(SafetensorsFault.Gap, null, $"{_dataBytes - position} bytes after the last tensor belong to none");
    }

    private SafetensorsException Fail(SafetensorsFault fault, string? tensor, string problem, Exception? inner = null) =>
        new(fault, _path, tensor, problem, inner);

    private static string Format(int[] shape) => $"[{string.Join(", ", shape)}]";
}
