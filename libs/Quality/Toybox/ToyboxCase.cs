using System.Text.Json;
using System.Text.Json.Serialization;

namespace VideoGrain.Quality.Toybox;

/// <summary>The ground truth of a toybox clip, as its <c>case.json</c> holds it.</summary>
/// <param name="Frames">Number of frames.</param>
/// <param name="Width">Columns in pixels.</param>
/// <param name="Height">Rows in pixels.</param>
/// <param name="Caption">The source prompt.</param>
/// <param name="Background">One of <see cref="ToyboxVocabulary.Backgrounds"/>.</param>
/// <param name="Objects">The objects from left to right.</param>
/// <param name="Edits">The edits that come with the clip.</param>
public sealed record ToyboxCase(
    int Frames,
    int Width,
    int Height,
    string Caption,
    string Background,
    IReadOnlyList<ToyboxObject> Objects,
    IReadOnlyList<ToyboxEdit> Edits)
{
    private const long MaxFileBytes = 4 << 20;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new ObjectConverter() },
    };

    /// <summary>Reads a <c>case.json</c>.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The case.</returns>
    /// <exception cref="InvalidDataException">The file is not a valid case; the message names the field.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ToyboxCase Load(string path)
    {
        if (new FileInfo(path).Length > MaxFileBytes)
            throw new InvalidDataException($"{path}: larger than {MaxFileBytes} bytes.");
        return Parse(File.ReadAllText(path));
    }

    /// <summary>Reads the text of a <c>case.json</c>.</summary>
    /// <param name="json">The text.</param>
    /// <returns>The case.</returns>
    /// <exception cref="InvalidDataException">The text is not a valid case; the message names the field.</exception>
    public static ToyboxCase Parse(string json)
    {
        ToyboxCase? parsed;
        try
        {
            parsed = JsonSerializer.Deserialize<ToyboxCase>(json, Options);
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"case.json: {error.Path}: {error.Message}", error);
        }

        return (parsed ?? throw new InvalidDataException("case.json: empty")).Checked();
    }

    private ToyboxCase Checked()
    {
        Require(Frames > 0 && Width > 0 && Height > 0, "frames, width and height must be above 0");
        Require(ToyboxVocabulary.Backgrounds.Contains(Background), $"background: '{Background}' is unknown");
        for (var i = 0; i < Objects.Count; i++)
        {
            CheckAttributes(Objects[i].Attributes, $"objects[{i}]");
            Require(Objects[i].Track.Count == Frames, $"objects[{i}].track: {Objects[i].Track.Count} entries for {Frames} frames");
            Require(
                Objects[i].Track.All(p => p.Size > 0 && double.IsFinite(p.Cx + p.Cy + p.Size)),
                $"objects[{i}].track: places must be finite and sizes above 0");
        }

        for (var i = 0; i < Edits.Count; i++)
        {
            Require(Edits[i].Targets.Count == Objects.Count, $"edits[{i}].targets: {Edits[i].Targets.Count} entries for {Objects.Count} objects");
            Require(ToyboxVocabulary.Backgrounds.Contains(Edits[i].Background), $"edits[{i}].background: '{Edits[i].Background}' is unknown");
            foreach (var target in Edits[i].Targets)
                CheckAttributes(target, $"edits[{i}].targets");
        }

        return this;
    }

    private static void CheckAttributes(RegionAttributes attributes, string where)
    {
        Require(ToyboxVocabulary.Shapes.Contains(attributes.Shape), $"{where}.shape: '{attributes.Shape}' is unknown");
        Require(ToyboxVocabulary.Colours.Contains(attributes.Colour), $"{where}.colour: '{attributes.Colour}' is unknown");
        Require(ToyboxVocabulary.Parts.Contains(attributes.Part), $"{where}.part: '{attributes.Part}' is unknown");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
            throw new InvalidDataException($"case.json: {message}.");
    }

    /// <summary>In the file an object's attributes stand beside its track.</summary>
    private sealed class ObjectConverter : JsonConverter<ToyboxObject>
    {
        public override ToyboxObject Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var flat = JsonSerializer.Deserialize<FlatObject>(ref reader, options) ?? throw new JsonException("An object is null.");
            return new ToyboxObject(flat.Mask, new RegionAttributes(flat.Shape, flat.Colour, flat.Part), flat.Phrase, flat.Track);
        }

        public override void Write(Utf8JsonWriter writer, ToyboxObject value, JsonSerializerOptions options)
            => JsonSerializer.Serialize(
                writer,
                new FlatObject(value.Mask, value.Attributes.Shape, value.Attributes.Colour, value.Attributes.Part, value.Phrase, value.Track),
                options);
    }

    private sealed record FlatObject(
        string Mask, string Shape, string Colour, string Part, string Phrase, IReadOnlyList<ObjectPlacement> Track);
}
