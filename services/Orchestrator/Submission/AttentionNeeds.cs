using VideoGrain.Editing.Clustering;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>What an edit needs of its inversion's attention: regions named by nouns, pictures of clusters and features.</summary>
internal sealed class AttentionNeeds
{
    private const int DefaultClusters = 3;
    private const int DefaultSteps = 10;

    private readonly EditClustering _clustering;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<string> _nouns = [];
    private readonly List<string> _paths = [];

    /// <summary>Reads a specification.</summary>
    public AttentionNeeds(EditSpecification specification)
    {
        _clustering = specification.Clustering ?? new EditClustering();
        for (var i = 0; i < specification.Regions.Count; i++)
        {
            if (specification.Regions[i].Source?.Noun is { } query)
                Add(query.Noun, $"regions[{i}].source.noun.noun");
        }

        NounRegions = _nouns.Count > 0;
        for (var i = 0; i < _clustering.Nouns.Count; i++)
            Add(_clustering.Nouns[i], $"clustering.nouns[{i}]");

        Clusters = NounRegions || specification.Output?.Clusters == true;
        Attention = Clusters || specification.Output?.Features == true;
    }

    /// <summary>Whether a region is named by a noun.</summary>
    public bool NounRegions { get; }

    /// <summary>Whether the clip has to be divided into clusters.</summary>
    public bool Clusters { get; }

    /// <summary>Whether the inversion has to return its attention.</summary>
    public bool Attention { get; }

    /// <summary>The nouns, each once, those of regions first.</summary>
    public IReadOnlyList<string> Nouns => _nouns;

    /// <summary>Where each noun stands in the specification first.</summary>
    public IReadOnlyList<string> NounPaths => _paths;

    /// <summary>Number of clusters.</summary>
    public int ClusterCount => _clustering.ClusterCount > 0
        ? (int)Math.Min(_clustering.ClusterCount, int.MaxValue)
        : Math.Min(ClusterOptions.MaxClusters, Math.Max(DefaultClusters, _nouns.Count + 1));

    /// <summary>Inversion steps whose attention is averaged.</summary>
    /// <param name="inversionSteps">Steps of the inversion.</param>
    public int Steps(int inversionSteps) =>
        _clustering.AttentionSteps > 0 ? (int)Math.Min(_clustering.AttentionSteps, int.MaxValue) : Math.Min(DefaultSteps, inversionSteps);

    private void Add(string noun, string path)
    {
        if (!_known.Add(noun))
            return;

        _nouns.Add(noun);
        _paths.Add($"{SpecificationChecks.Root}.{path}");
    }
}
