using System.Text.Json;

namespace VideoGrain.Diffusion.Configuration;

/// <summary>A JSON configuration file whose fields are read with type and range checks; every error names the file and the field.</summary>
internal sealed class JsonConfig
{
    private const int LargestFile = 64 * 1024 * 1024;
    private const int Depth = 16;

    private readonly JsonElement _root;

    private JsonConfig(string path, JsonElement root)
    {
        Path = path;
        _root = root;
    }

    public string Path { get; }

    /// <summary>Reads a file whose root is an object.</summary>
    public static JsonConfig Read(string path)
    {
        var root = ReadElement(path);
        if (root.ValueKind != JsonValueKind.Object) throw new ModelFormatException(path, null, "is not a JSON object");
        return new JsonConfig(path, root);
    }

    /// <summary>A field that is an object, read like a file of its own; errors name the file and the inner field.</summary>
    public JsonConfig Section(string field) =>
        !TryGet(field, out var value) ? throw Fail(field, "is missing")
        : value.ValueKind == JsonValueKind.Object ? new JsonConfig(Path, value)
        : throw Fail(field, "is not an object");

    /// <summary>The string field, or null when it is absent or null.</summary>
    public string? OptionalString(string field) =>
        !TryGet(field, out var value) ? null
        : value.ValueKind == JsonValueKind.String ? Text(field, value)
        : throw Fail(field, "is not a string");

    /// <summary>A string out of a closed set.</summary>
    public string Choice(string field, string fallback, params ReadOnlySpan<string> allowed)
    {
        var value = OptionalString(field) ?? fallback;
        return allowed.Contains(value) ? value : throw Fail(field, $"is '{ModelFormatException.Printable(value)}', supported: {string.Join(", ", allowed.ToArray())}");
    }

    /// <summary>An integer in [min, max]; without a fallback the field must be there.</summary>
    public int Int(string field, int min, int max, int? fallback = null)
    {
        if (!TryGet(field, out var value)) return fallback ?? throw Fail(field, "is missing");
        return AsInt(field, value, min, max);
    }

    /// <summary>One integer for all, or a list with one for each of <paramref name="count"/>.</summary>
    public int[] IntOrList(string field, int count, int min, int max, int? fallback = null)
    {
        if (TryGet(field, out var value) && value.ValueKind == JsonValueKind.Array)
        {
            var list = IntList(field, 1, count, min, max);
            return list.Length == count ? list : throw Fail(field, $"lists {list.Length} values, {count} are needed");
        }

        var single = Int(field, min, max, fallback);
        return [.. Enumerable.Repeat(single, count)];
    }

    /// <summary>A list of integers.</summary>
    public int[] IntList(string field, int minCount, int maxCount, int min, int max)
    {
        var items = Items(field, minCount, maxCount);
        return [.. items.Select(item => AsInt(field, item, min, max))];
    }

    /// <summary>A list of strings.</summary>
    public string[] StringList(string field, int minCount, int maxCount) =>
        [.. Items(field, minCount, maxCount).Select(item => item.ValueKind == JsonValueKind.String ? Text(field, item) : throw Fail(field, "holds something that is not a string"))];

    /// <summary>A list of finite numbers, or null when the field is absent or null.</summary>
    public float[]? OptionalFloatList(string field, int maxCount) =>
        TryGet(field, out _) ? [.. Items(field, 1, maxCount).Select(item => (float)AsDouble(field, item))] : null;

    /// <summary>A finite number in [min, max]; without a fallback the field must be there.</summary>
    public double Number(string field, double min, double max, double? fallback = null)
    {
        if (!TryGet(field, out var value)) return fallback ?? throw Fail(field, "is missing");
        var number = AsDouble(field, value);
        return number >= min && number <= max ? number : throw Fail(field, $"is {number}, must be from {min} to {max}");
    }

    /// <summary>A truth value.</summary>
    public bool Bool(string field, bool fallback) =>
        !TryGet(field, out var value) ? fallback
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Fail(field, "is not true or false");

    /// <summary>Fails unless a field is absent, null or has the only value that is supported.</summary>
    public void RequireBool(string field, bool only)
    {
        if (Bool(field, only) != only) throw Fail(field, $"is {(only ? "false" : "true")}, which is not supported");
    }

    /// <summary>Fails unless a field is absent or null.</summary>
    public void RequireNull(string field)
    {
        if (TryGet(field, out _)) throw Fail(field, "is set, which is not supported");
    }

    /// <summary>Whether a field is there and not null.</summary>
    public bool Has(string field) => TryGet(field, out _);

    /// <summary>A token as tokenizer files give it: a string, or an object with "content".</summary>
    public string? OptionalToken(string field)
    {
        if (!TryGet(field, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out var content)) value = content;
        return value.ValueKind == JsonValueKind.String ? Text(field, value) : throw Fail(field, "is not a token");
    }

    /// <summary>All fields, each an integer in [min, max].</summary>
    public Dictionary<string, int> AllInts(int min, int max)
    {
        var result = new Dictionary<string, int>(StringComparer.Ordinal);
        try
        {
            foreach (var property in _root.EnumerateObject()) result.Add(property.Name, AsInt(property.Name, property.Value, min, max));
        }
        catch (InvalidOperationException e)
        {
            throw new ModelFormatException(Path, null, "has a field name that is not valid UTF-8", e);
        }

        return result;
    }

    /// <summary>An error about a field of this file.</summary>
    public ModelFormatException Fail(string field, string problem) => new(Path, field, problem);

    private static JsonElement ReadElement(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) throw new ModelFormatException(path, null, "is missing");
            if (file.Length > LargestFile)
                throw new ModelFormatException(path, null, $"has {file.Length} bytes, at most {LargestFile} are allowed");
            using var stream = file.OpenRead();
            using var document = JsonDocument.Parse(stream, new JsonDocumentOptions { MaxDepth = Depth, AllowDuplicateProperties = false });
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second kind is how the parser reports a field name that escapes half a surrogate pair.
            throw new ModelFormatException(path, null, "is not valid JSON, or names a field twice", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(path, null, "cannot be read", e);
        }
    }

    /// <summary>JSON may escape half a surrogate pair, which is no text.</summary>
    private string Text(string field, JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new ModelFormatException(Path, field, "is not valid Unicode", e);
        }
    }

    private bool TryGet(string field, out JsonElement value) => _root.TryGetProperty(field, out value) && value.ValueKind != JsonValueKind.Null;

    private JsonElement[] Items(string field, int minCount, int maxCount)
    {
        if (!TryGet(field, out var value)) throw Fail(field, "is missing");
        if (value.ValueKind != JsonValueKind.Array) throw Fail(field, "is not a list");
        var count = value.GetArrayLength();
        if (count < minCount || count > maxCount) throw Fail(field, $"lists {count} values, must be from {minCount} to {maxCount}");
        return [.. value.EnumerateArray()];
    }

    private int AsInt(string field, JsonElement value, int min, int max)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var number)) throw Fail(field, "is not an integer");
        return number >= min && number <= max ? number : throw Fail(field, $"is {number}, must be from {min} to {max}");
    }

    private double AsDouble(string field, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number))
            throw Fail(field, "is not a finite number");
        return number;
    }
}
