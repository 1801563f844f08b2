using VideoGrain.Editing;
using VideoGrain.Editing.Clustering;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using AttentionGrid = VideoGrain.Editing.Attention.AttentionGrid;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>The clustering of a specification: its numbers, its nouns, and whether the clip can be divided so.</summary>
internal static class ClusteringChecks
{
    /// <summary>Most characters of a noun.</summary>
    public const int MaxNoun = 64;

    private const string Field = $"{SpecificationChecks.Root}.clustering";
    private const int LeastClusters = 2;
    private const int MaxNouns = 16;

    /// <summary>Finds what is wrong before the clip is known.</summary>
    public static void Check(EditSpecification specification, Editing.EditOptions options, LimitsOptions limits, ViolationList violations)
    {
        CheckCounts(specification, limits, violations);
        if (specification.Clustering is not { } clustering)
            return;

        if (clustering.ClusterCount != 0)
            violations.Range($"{Field}.cluster_count", clustering.ClusterCount, LeastClusters, ClusterOptions.MaxClusters);
        for (var i = 0; i < Math.Min(clustering.Nouns.Count, MaxNouns); i++)
            CheckNoun($"{Field}.nouns[{i}]", clustering.Nouns[i], specification.SourcePrompt, violations);

        var steps = options.EffectiveInversionSteps - (options.SkipFirstInversionStep ? 1 : 0);
        if (steps > 0)
            violations.Range($"{Field}.attention_steps", clustering.AttentionSteps, 0, steps);
    }

    // Regions and nouns that are too many by themselves are not looked at.
    private static void CheckCounts(EditSpecification specification, LimitsOptions limits, ViolationList violations)
    {
        if (specification.Clustering is { } clustering && clustering.Nouns.Count > MaxNouns)
        {
            violations.Add($"{Field}.nouns", $"must have at most {MaxNouns} entries, has {clustering.Nouns.Count}", ErrorReasons.OptionOutOfRange);
            return;
        }

        if (specification.Regions.Count > limits.MaxRegions)
            return;

        var needs = new AttentionNeeds(specification);
        if (needs.Clusters && needs.Nouns.Count > needs.ClusterCount)
        {
            violations.Add(
                $"{Field}.cluster_count", $"{needs.ClusterCount} clusters cannot be named by {needs.Nouns.Count} nouns", ErrorReasons.OptionOutOfRange);
        }
    }

    /// <summary>Finds what is wrong with a noun.</summary>
    public static void CheckNoun(string field, string noun, string sourcePrompt, ViolationList violations)
    {
        if (string.IsNullOrWhiteSpace(noun))
            violations.Add(field, "must not be empty", ErrorReasons.FieldRequired);
        else if (noun.Length > MaxNoun)
            violations.MaxLength(field, noun, MaxNoun);
        else if (Phrases.IsAbsent(noun, sourcePrompt))
            violations.Add(field, "must occur in source_prompt", EditReasons.NounNotFound);
    }

    /// <summary>Finds whether the clip has fewer attention tokens than clusters are wanted.</summary>
    public static void CheckPoints(EditSpecification specification, ClipShape clip, LimitsOptions limits, ViolationList violations)
    {
        var needs = new AttentionNeeds(specification);
        var grid = AttentionGrid.Of(clip.Height / limits.PixelsPerLatent, clip.Width / limits.PixelsPerLatent);
        if (needs.Clusters && needs.ClusterCount > grid.Rows * grid.Columns)
        {
            violations.Add(
                $"{Field}.cluster_count", $"{needs.ClusterCount} clusters need as many points, a frame of {clip.Width} x {clip.Height} pixels has {grid.Rows * grid.Columns}",
                EditReasons.TooManyClusters);
        }
    }
}
