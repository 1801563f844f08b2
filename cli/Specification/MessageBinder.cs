using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using YamlDotNet.RepresentationModel;

namespace VideoGrain.Cli.Specification;

/// <summary>
/// Fills a message of the contract from a mapping whose keys are the contract's field names. Options that the contract gains
/// are thereby keys of the file at once, and the two cannot drift apart.
/// </summary>
/// <param name="places">Notes where each field came from.</param>
internal sealed class MessageBinder(SourceMap places)
{
    /// <summary>Sets every field of the message that the section names.</summary>
    /// <param name="section">The mapping; keys read elsewhere are taken before or after.</param>
    /// <param name="message">The message to fill.</param>
    /// <param name="contractField">The message's path in the contract's spelling; empty for the specification itself.</param>
    /// <param name="include">Whether a field is read here; all are when null.</param>
    public void Bind(Section section, IMessage message, string contractField, Func<string, bool>? include = null)
    {
        foreach (FieldDescriptor field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (include?.Invoke(field.Name) == false || section.Take(field.Name) is not YamlNode node)
                continue;
            string path = contractField.Length == 0 ? field.Name : $"{contractField}.{field.Name}";
            places.Add(path, node, section.PathOf(field.Name));
            if (field is { IsRepeated: true, FieldType: FieldType.String })
                Texts(section, field, node, (System.Collections.IList)field.Accessor.GetValue(message));
            else if (Read(section, field, path) is object value)
                field.Accessor.SetValue(message, value);
        }
    }

    /// <summary>The values of an enumeration as the file spells them: lower case, without the type's name.</summary>
    public static Dictionary<string, int> Words(EnumDescriptor type)
    {
        string prefix = string.Concat(type.Name.Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : c.ToString())).ToUpperInvariant() + "_";
        return type.Values.Where(v => v.Number != 0).ToDictionary(v => v.Name[prefix.Length..].ToLowerInvariant(), v => v.Number);
    }

    private object? Read(Section section, FieldDescriptor field, string path) => field.FieldType switch
    {
        FieldType.Bool => section.Flag(field.Name),
        FieldType.Double => section.Number(field.Name),
        FieldType.UInt32 => section.Count(field.Name),
        FieldType.UInt64 => section.Scalar<ulong>(field.Name, $"A whole number from 0 to {ulong.MaxValue} is expected.",
            (string text, out ulong value) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)),
        FieldType.String => section.Text(field.Name),
        FieldType.Enum => Word(section, field),
        FieldType.Message when IsList(field.MessageType) => List(section, field),
        FieldType.Message => Nested(section, field, path),
        _ => throw new NotSupportedException($"No spelling is known for fields like {field.FullName}."),
    };

    private static void Texts(Section section, FieldDescriptor field, YamlNode node, System.Collections.IList list)
    {
        if (node is YamlSequenceNode items && items.Children.All(item => item is YamlScalarNode))
        {
            foreach (YamlScalarNode item in items.Children.Cast<YamlScalarNode>())
                list.Add(item.Value ?? "");
            return;
        }

        section.Errors.Add(node, section.PathOf(field.Name), "A list of texts is expected, such as [snow, wall].");
    }

    private static object? Word(Section section, FieldDescriptor field)
    {
        Dictionary<string, int> words = Words(field.EnumType);
        int? number = section.Scalar<int>(field.Name, $"One of {string.Join(", ", words.Keys)} is expected.",
            (string text, out int value) => words.TryGetValue(text, out value));
        return number is int found ? Enum.ToObject(field.EnumType.ClrType, found) : null;
    }

    /// <summary>A message that only wraps a list, so that "none" differs from "not given"; the file writes the list itself.</summary>
    private static bool IsList(MessageDescriptor type) => type.Fields.InDeclarationOrder() is [{ IsRepeated: true, FieldType: FieldType.UInt32 }];

    private static IMessage? List(Section section, FieldDescriptor field)
    {
        YamlNode node = section.Take(field.Name)!;
        IMessage message = field.MessageType.Parser.ParseFrom(ByteString.Empty);
        var list = (System.Collections.IList)field.MessageType.Fields.InDeclarationOrder()[0].Accessor.GetValue(message);
        bool good = node is YamlSequenceNode;
        foreach (YamlNode item in (node as YamlSequenceNode)?.Children ?? [])
        {
            if (item is YamlScalarNode { Value: string text } && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint value))
                list.Add(value);
            else
                good = false;
        }

        if (good)
            return message;
        section.Errors.Add(node, section.PathOf(field.Name), "A list of whole numbers is expected, such as [1, 2].");
        return null;
    }

    private IMessage? Nested(Section section, FieldDescriptor field, string path)
    {
        if (section.Sub(field.Name) is not Section sub)
            return null;
        IMessage message = field.MessageType.Parser.ParseFrom(ByteString.Empty);
        Bind(sub, message, path);
        sub.Finish();
        return message;
    }
}
