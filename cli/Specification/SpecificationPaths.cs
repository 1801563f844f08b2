using YamlDotNet.RepresentationModel;

namespace VideoGrain.Cli.Specification;

/// <summary>
/// Resolves the paths of a specification. A relative path is relative to the file and stays below its folder, so that a
/// specification from elsewhere cannot send files that its user did not mean; an absolute path is the user's own word.
/// </summary>
internal sealed class SpecificationPaths
{
    private readonly string _folder;
    private readonly SpecificationErrors _errors;

    public SpecificationPaths(string file, SpecificationErrors errors)
    {
        _folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        _errors = errors;
    }

    /// <summary>The one path of a required key; null, with an error, if it is missing or wrong.</summary>
    public string? One(Section section, string key)
    {
        if (section.Take(key) is not YamlNode node)
        {
            _errors.Add(section.Node, section.PathOf(key), "A path is required.");
            return null;
        }

        return Resolve(node, section.PathOf(key));
    }

    /// <summary>The paths of a key that takes one or a list; empty, with an error, if any is wrong.</summary>
    public IReadOnlyList<string> Many(Section section, string key)
    {
        YamlNode node = section.Take(key)!;
        string field = section.PathOf(key);
        if (node is not YamlSequenceNode list)
            return Resolve(node, field) is string one ? [one] : [];
        if (list.Children.Count == 0)
            _errors.Add(node, field, "The list is empty.");
        string?[] paths = [.. list.Children.Select((item, i) => Resolve(item, $"{field}[{i}]"))];
        return paths.Contains(null) ? [] : [.. paths.OfType<string>()];
    }

    private string? Resolve(YamlNode node, string field)
    {
        if (node is not YamlScalarNode { Value: { Length: > 0 } text })
        {
            _errors.Add(node, field, "A path is expected.");
            return null;
        }

        string path = Path.GetFullPath(text, _folder);
        if (!Path.IsPathRooted(text) && !path.StartsWith(_folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            _errors.Add(node, field, "A relative path may not leave the folder of the specification; give an absolute path if that is meant.");
            return null;
        }

        if (File.Exists(path) || Directory.Exists(path))
            return path;
        _errors.Add(node, field, $"There is no '{text}'.");
        return null;
    }
}
