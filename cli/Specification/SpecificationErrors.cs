using YamlDotNet.RepresentationModel;

namespace VideoGrain.Cli.Specification;

/// <summary>Gathers what is wrong with a file, so that one run tells everything.</summary>
/// <param name="file">The file, as the user named it.</param>
internal sealed class SpecificationErrors(string file)
{
    private readonly List<SpecificationError> _errors = [];

    public bool Any => _errors.Count > 0;

    public void Add(YamlNode place, string field, string message) =>
        _errors.Add(new SpecificationError(file, (int)place.Start.Line, (int)place.Start.Column, field, message));

    public void ThrowIfAny()
    {
        if (_errors.Count > 0)
            throw new SpecificationException([.. _errors.OrderBy(e => (e.Line, e.Column))]);
    }
}
