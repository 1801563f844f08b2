using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace VideoGrain.Cli.Specification;

/// <summary>Loads a YAML file that holds one mapping, within bounds.</summary>
internal static class YamlFile
{
    private const long MaxBytes = 1 << 20;
    private const int MaxDepth = 16;

    /// <summary>Loads a file.</summary>
    /// <param name="file">Its path.</param>
    /// <returns>The mapping at its root.</returns>
    /// <exception cref="SpecificationException">No such file, too large or deep, no YAML, or no mapping.</exception>
    public static YamlMappingNode Load(string file)
    {
        FileInfo info = new(file);
        if (!info.Exists)
            throw Refuse(file, 0, 0, "There is no such file.");
        if (info.Length > MaxBytes)
            throw Refuse(file, 0, 0, $"The file has {info.Length} bytes; a specification has at most {MaxBytes}.");
        try
        {
            string text = File.ReadAllText(file);
            CheckDepth(file, text);
            YamlStream stream = [];
            stream.Load(new StringReader(text));
            if (stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode root)
                return root;
            throw Refuse(file, 1, 1, "A specification is one mapping (key: value), in one document.");
        }
        catch (YamlException e)
        {
            throw Refuse(file, (int)e.Start.Line, (int)e.Start.Column, "The file is no well-formed YAML: " + e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refuse(file, 0, 0, "The file cannot be read: " + e.Message);
        }
    }

    /// <summary>The loader recurses where the parser does not, so depth is checked first.</summary>
    private static void CheckDepth(string file, string text)
    {
        Parser parser = new(new StringReader(text));
        for (int depth = 0; parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            // The stream and the document count as two levels.
            if (depth > MaxDepth + 2)
                throw Refuse(file, (int)parser.Current.Start.Line, (int)parser.Current.Start.Column, $"The file nests deeper than {MaxDepth} levels.");
        }
    }

    private static SpecificationException Refuse(string file, int line, int column, string message) =>
        new([new SpecificationError(file, line, column, "", message)]);
}
