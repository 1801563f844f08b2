using VideoGrain.Editing;
using VideoGrain.Editing.Clustering;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Segmentation.Requests;

/// <summary>Checks a clustering's header, and says which tensors must follow.</summary>
internal static class ClusterHeaderValidator
{
    public const string SelfAttention = "self_attention";
    public const string CrossAttention = "cross_attention";

    /// <summary>Tokens of a padded prompt in Stable Diffusion 1.x.</summary>
    public const int TextTokens = 77;

    private const int MostNounLength = 64;
    private const int MostPromptLength = 4096;
    private const int MostRestarts = 100;
    private const int LeastClusters = 2;
    private const int MostSide = 512;

    /// <exception cref="VideoGrainException">INVALID_ARGUMENT with everything that is wrong.</exception>
    public static IReadOnlyList<TensorSpec> Validate(ClusterInversionHeader header, SegmentationOptions options)
    {
        var violations = new ViolationList();
        violations.CheckJob(header.JobId, "");
        violations.CheckGeometry(header.Geometry, options);
        violations.MaxLength("header.source_prompt", header.SourcePrompt, MostPromptLength);
        CheckNouns(header, violations);
        violations.Range("header.rows", header.Rows, 1, MostSide);
        violations.Range("header.columns", header.Columns, 1, MostSide);
        violations.Range("header.restarts", header.Restarts, 0, MostRestarts);
        var points = (long)header.Rows * header.Columns;
        if (header.ClusterCount != 0)
            violations.Range("header.cluster_count", header.ClusterCount, LeastClusters, ClusterOptions.MaxClusters);
        if (violations.Count == 0 && Clusters(header) > points)
            violations.Add("header.cluster_count", $"{Clusters(header)} clusters need as many points, a frame has {points}", EditReasons.TooManyClusters);
        violations.ThrowIfAny();

        var frames = (long)header.Geometry.FrameCount;
        var bytes = frames * points * (points + TextTokens) * sizeof(float);
        if (bytes > options.MaxStreamBytes || frames * points * points * sizeof(float) > Array.MaxLength)
        {
            throw VideoGrainException.Invalid(
                "header.rows", $"the attention has {bytes} bytes, at most {options.MaxStreamBytes} are allowed", ErrorReasons.StreamTooLarge);
        }

        return
        [
            TensorSpec.Of(SelfAttention, ElementType.Float32, frames, points, points),
            TensorSpec.Of(CrossAttention, ElementType.Float32, frames, points, TextTokens),
        ];
    }

    /// <summary>Number of clusters, with the default applied.</summary>
    public static int Clusters(ClusterInversionHeader header) => header.ClusterCount == 0 ? new ClusterOptions().Clusters : (int)header.ClusterCount;

    private static void CheckNouns(ClusterInversionHeader header, ViolationList violations)
    {
        if (header.Nouns.Count > TextTokens)
            violations.Add("header.nouns", $"at most {TextTokens} nouns are allowed, got {header.Nouns.Count}", ErrorReasons.OptionOutOfRange);
        if (header.NounTokens.Count != header.Nouns.Count)
            violations.Add("header.noun_tokens", $"{header.NounTokens.Count} positions for {header.Nouns.Count} nouns");
        if (header.NounTokenCounts.Count != 0 && header.NounTokenCounts.Count != header.Nouns.Count)
            violations.Add("header.noun_token_counts", $"{header.NounTokenCounts.Count} counts for {header.Nouns.Count} nouns");
        for (var i = 0; i < Math.Min(header.Nouns.Count, TextTokens); i++)
        {
            if (string.IsNullOrWhiteSpace(header.Nouns[i]))
                violations.Add($"header.nouns[{i}]", "is required", ErrorReasons.FieldRequired);
            violations.MaxLength($"header.nouns[{i}]", header.Nouns[i], MostNounLength);
        }

        for (var i = 0; i < Math.Min(header.NounTokens.Count, TextTokens); i++)
        {
            violations.Range($"header.noun_tokens[{i}]", header.NounTokens[i], 1, TextTokens - 1);
            if (i < header.NounTokenCounts.Count)
                violations.Range($"header.noun_token_counts[{i}]", header.NounTokenCounts[i], 1, Math.Max(1.0, TextTokens - header.NounTokens[i]));
        }
    }
}
