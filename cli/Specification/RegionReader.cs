using System.Globalization;
using System.Text.RegularExpressions;
using VideoGrain.Protos.V1;
using YamlDotNet.RepresentationModel;

namespace VideoGrain.Cli.Specification;

/// <summary>Reads one region: what is to appear, and where.</summary>
internal sealed partial class RegionReader(SpecificationErrors errors, SourceMap places, SpecificationPaths paths)
{
    private static readonly string[] Kinds =
        ["masks", "background", "whole_frame", "class", "instance", "point", "box", "query", "noun"];

    private readonly MessageBinder _binder = new(places);

    /// <summary>Reads a region.</summary>
    /// <param name="section">Its mapping.</param>
    /// <param name="index">Its place in the list, from 0.</param>
    /// <returns>The region, and its masks if it brings any.</returns>
    public (EditRegion Region, UploadSource? Upload) Read(Section section, int index)
    {
        string contract = $"regions[{index}]";
        places.Add(contract, section.Node, section.Field);
        EditRegion region = new()
        {
            Id = Id(section, contract) ?? string.Create(CultureInfo.InvariantCulture, $"region{index + 1}"),
            Phrase = Phrase(section, contract),
            Source = new RegionSource(),
        };
        string[] given = [.. Kinds.Where(k => section.Take(k) is not null)];
        if (given.Length != 1)
        {
            errors.Add(section.Node, section.Field, given.Length == 0
                ? $"A region needs a place: one of {string.Join(", ", Kinds)}."
                : $"A region has one place; here are {string.Join(" and ", given)}.");
            section.Take("threshold");
            section.Take("grow");
            section.Finish();
            return (region, null);
        }

        places.Add($"{contract}.source", section.Take(given[0])!, section.PathOf(given[0]));
        UploadSource? upload = given[0] == "masks" ? Masks(section, region, contract) : null;
        if (given[0] != "masks")
            Place(section, given[0], region.Source, $"{contract}.source");
        Grow(section, region.Source, $"{contract}.source");
        section.Finish();
        return (region, upload);
    }

    private string? Id(Section section, string contract)
    {
        if (section.Take("id") is not YamlNode node || section.Text("id") is not string id)
            return null;
        places.Add($"{contract}.id", node, section.PathOf("id"));
        if (!Name().IsMatch(id))
            errors.Add(node, section.PathOf("id"), "A name has 1 to 64 characters of a-z, A-Z, 0-9, '_', '-', '.'.");
        return id;
    }

    private string Phrase(Section section, string contract)
    {
        if (section.Take("phrase") is YamlNode node)
            places.Add($"{contract}.phrase", node, section.PathOf("phrase"));
        return section.Text("phrase") ?? "";
    }

    private UploadSource? Masks(Section section, EditRegion region, string contract)
    {
        string name = $"masks-{region.Id}";
        uint? threshold = section.Count("threshold");
        if (threshold is 0 or > byte.MaxValue)
            errors.Add(section.Take("threshold")!, section.PathOf("threshold"), "A threshold lies between 1 and 255.");
        region.Source.Mask = new GivenMask { Name = name };
        IReadOnlyList<string> files = paths.Many(section, "masks");
        return files.Count == 0 ? null : new UploadSource(name, UploadKind.Masks, files, 0, (byte?)threshold, $"{contract}.source");
    }

    private void Grow(Section section, RegionSource source, string contract)
    {
        if (section.Take("grow") is not YamlNode node || section.Count("grow") is not uint pixels)
            return;
        places.Add($"{contract}.grow", node, section.PathOf("grow"));
        source.Grow = pixels;
    }

    private void Place(Section section, string kind, RegionSource source, string contract)
    {
        switch (kind)
        {
            case "background":
                source.Background = Only(section, kind) ? new Background() : null;
                break;
            case "whole_frame":
                source.WholeFrame = Only(section, kind) ? new WholeFrame() : null;
                break;
            case "class":
                source.ObjectClass = new ClassQuery { Name = section.Text(kind) ?? "" };
                break;
            case "query":
                source.Text = new TextQuery { Text = section.Text(kind) ?? "" };
                break;
            case "noun":
                Noun(section, source.Noun = new NounQuery(), contract);
                break;
            case "instance":
                Instance(section, source);
                break;
            case "point":
                Nested(section, kind, source.Point = new PointQuery(), contract);
                break;
            default:
                Nested(section, kind, source.Box = new BoxQuery(), contract);
                break;
        }
    }

    private void Instance(Section section, RegionSource source)
    {
        source.Instance = new InstanceQuery();
        if (section.Sub("instance") is not Section sub)
            return;
        source.Instance.ClassName = sub.Text("class") ?? "";
        source.Instance.Index = sub.Count("index") ?? 0;
        sub.Finish();
    }

    /// <summary>The noun alone, or a mapping that says which of several.</summary>
    private void Noun(Section section, NounQuery query, string contract)
    {
        if (section.Take("noun") is not YamlMappingNode)
        {
            query.Noun = section.Text("noun") ?? "";
            return;
        }

        Section sub = section.Sub("noun")!;
        query.Noun = sub.Text("name") ?? "";
        if (sub.Take("index") is YamlNode node && sub.Count("index") is uint index)
        {
            places.Add($"{contract}.noun.index", node, sub.PathOf("index"));
            query.Index = index;
        }

        sub.Finish();
    }

    private void Nested(Section section, string kind, Google.Protobuf.IMessage message, string contract)
    {
        if (section.Sub(kind) is not Section sub)
            return;
        _binder.Bind(sub, message, $"{contract}.{kind}");
        sub.Finish();
    }

    private bool Only(Section section, string kind)
    {
        bool? flag = section.Flag(kind);
        if (flag == false)
            errors.Add(section.Take(kind)!, section.PathOf(kind), "Leave the key out instead of setting it to false.");
        return flag == true;
    }

    [GeneratedRegex("^[A-Za-z0-9_.-]{1,64}$")]
    private static partial Regex Name();
}
