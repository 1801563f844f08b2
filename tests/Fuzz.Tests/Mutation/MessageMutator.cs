using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Fuzz.Tests.Mutation;

/// <summary>Changes messages by their descriptors: fields at their edges, other choices of a oneof, lists that are too long, messages that are not there.</summary>
internal sealed class MessageMutator(Random random)
{
    private const int MaxDepth = 4;
    private const int Crowd = 300;
    private const string DataField = "data";
    private const string ChecksumField = "crc32c";

    /// <summary>A changed copy.</summary>
    public IMessage Mutate(IMessage message)
    {
        var copy = Copy(message);
        for (var changes = random.Next(1, 4); changes > 0; changes--)
            ChangeOne(copy);

        // A checksum that is wrong hides whatever else is.
        if (random.Next(4) > 0)
            RepairChecksums(copy);

        return copy;
    }

    /// <summary>A message of a type, with fields set at random.</summary>
    public IMessage Generate(MessageDescriptor type, int depth = 0)
    {
        var message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            if (random.Next(2) == 0)
                Change(message, field, depth);
        }

        return message;
    }

    private static IMessage Copy(IMessage message) => message.Descriptor.Parser.ParseFrom(message.ToByteString());

    private void ChangeOne(IMessage root)
    {
        var nodes = Nodes(root).Where(node => node.Descriptor.Fields.InDeclarationOrder().Count > 0).ToList();
        if (nodes.Count == 0)
            return;

        var node = nodes[random.Next(nodes.Count)];
        var fields = node.Descriptor.Fields.InDeclarationOrder();
        Change(node, fields[random.Next(fields.Count)], 0);
    }

    private void Change(IMessage message, FieldDescriptor field, int depth)
    {
        if (field.IsMap)
            ChangeMap((IDictionary)field.Accessor.GetValue(message), field, depth);
        else if (field.IsRepeated)
            ChangeList((IList)field.Accessor.GetValue(message), field, depth);
        else if (random.Next(5) == 0)
            field.Accessor.Clear(message);
        else if (Value(field, field.FieldType == FieldType.Message ? null : field.Accessor.GetValue(message), depth) is { } value)
            field.Accessor.SetValue(message, value);
    }

    private void ChangeList(IList list, FieldDescriptor field, int depth)
    {
        var at = list.Count == 0 ? 0 : random.Next(list.Count);
        switch (random.Next(6))
        {
            case 0 when list.Count > 0:
                list.RemoveAt(at);
                break;
            case 1 when list.Count > 0:
                list.Insert(at, list[at]);
                break;
            case 2 when list.Count > 0 && Value(field, list[at], depth) is { } changed:
                list[at] = changed;
                break;
            case 3 when Value(field, null, depth) is { } many:
                for (var i = 0; i < Crowd; i++)
                    list.Add(many);
                break;
            case 4:
                list.Clear();
                break;
            default:
                if (Value(field, null, depth) is { } added)
                    list.Insert(at, added);
                break;
        }
    }

    private void ChangeMap(IDictionary map, FieldDescriptor field, int depth)
    {
        var (keys, values) = (field.MessageType.FindFieldByNumber(1), field.MessageType.FindFieldByNumber(2));
        for (var count = random.Next(8) == 0 ? Crowd : 1; count > 0; count--)
            map[Value(keys, $"key {count}", depth)!] = Value(values, null, depth);
    }

    private object? Value(FieldDescriptor field, object? current, int depth)
    {
        if (field.FieldType != FieldType.Message)
            return HostileValues.For(field, current, random);

        return depth < MaxDepth ? Generate(field.MessageType, depth + 1) : null;
    }

    private static IEnumerable<IMessage> Nodes(IMessage message)
    {
        yield return message;
        foreach (var child in message.Descriptor.Fields.InDeclarationOrder().Where(field => field.FieldType == FieldType.Message && !field.IsMap).SelectMany(Children).SelectMany(Nodes))
            yield return child;

        IEnumerable<IMessage> Children(FieldDescriptor field) => field.Accessor.GetValue(message) switch
        {
            IList list => list.Cast<IMessage>(),
            IMessage one => [one],
            _ => [],
        };
    }

    private static void RepairChecksums(IMessage root)
    {
        foreach (var node in Nodes(root))
        {
            if (node.Descriptor.FindFieldByName(DataField)?.Accessor.GetValue(node) is ByteString data)
                node.Descriptor.FindFieldByName(ChecksumField)?.Accessor.SetValue(node, Crc32C.Compute(data.Span));
        }
    }
}
