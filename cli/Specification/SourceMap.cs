using YamlDotNet.RepresentationModel;

namespace VideoGrain.Cli.Specification;

/// <summary>Where each field of the contract stands in the file, so that what a server refuses is shown at its line.</summary>
/// <param name="file">The file, as the user named it.</param>
internal sealed class SourceMap(string file)
{
    private const string Root = "specification.";

    private readonly Dictionary<string, (YamlNode Node, string Field)> _places = new(StringComparer.Ordinal);

    /// <summary>Notes a field's place.</summary>
    /// <param name="contractField">Path in the contract's spelling, below the specification.</param>
    /// <param name="node">The field's value in the file.</param>
    /// <param name="field">Path in the file's spelling.</param>
    public void Add(string contractField, YamlNode node, string field) => _places[contractField] = (node, field);

    /// <summary>Translates a violation that a server reported.</summary>
    /// <param name="contractField">Path in the contract's spelling; <c>specification.</c> in front is ignored.</param>
    /// <param name="message">What the server said.</param>
    /// <returns>The error at the field's place, or at the nearest enclosing one, or without a place.</returns>
    public SpecificationError Locate(string contractField, string message)
    {
        string path = contractField.StartsWith(Root, StringComparison.Ordinal) ? contractField[Root.Length..] : contractField;
        for (string at = path; at.Length > 0; at = at[..Math.Max(0, at.LastIndexOfAny(['.', '[']))])
        {
            if (_places.TryGetValue(at, out (YamlNode Node, string Field) place))
                return new SpecificationError(file, (int)place.Node.Start.Line, (int)place.Node.Start.Column, place.Field, message);
        }

        return new SpecificationError(file, 0, 0, path, message);
    }
}
