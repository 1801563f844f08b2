namespace VideoGrain.Editing.Clustering;

/// <summary>Names clusters by the words their tokens attend to most (golden data 4.11).</summary>
public static class NounAssignment
{
    /// <summary>Score above which a noun counts as a match in the released program. Its scores are logits, so it means little.</summary>
    public const float PublishedThreshold = 0.1f;

    /// <summary>Mean score of each cluster's tokens with each noun, [clusters, nouns]; 0 for an empty cluster.</summary>
    /// <param name="labels">Cluster of each token.</param>
    /// <param name="clusters">Number of clusters.</param>
    /// <param name="cross">[tokens, text tokens]: scores of the tokens with the words.</param>
    /// <param name="textTokens">Text tokens.</param>
    /// <param name="nouns">The nouns.</param>
    public static float[] Scores(ReadOnlySpan<int> labels, int clusters, ReadOnlySpan<float> cross, int textTokens, IReadOnlyList<Noun> nouns)
    {
        var sums = new double[clusters * nouns.Count];
        var sizes = new int[clusters];
        for (var token = 0; token < labels.Length; token++)
        {
            sizes[labels[token]]++;
            for (var noun = 0; noun < nouns.Count; noun++)
            {
                double score = 0;
                foreach (var word in nouns[noun].Tokens) score += cross[token * textTokens + word];
                sums[labels[token] * nouns.Count + noun] += score / nouns[noun].Tokens.Count;
            }
        }

        return [.. sums.Select((sum, i) => (float)(sum / Math.Max(1, sizes[i / nouns.Count])))];
    }

    /// <summary>
    /// Goes through the clusters in order; each takes the best noun not taken yet among those above the threshold, else the best one not
    /// taken, else none.
    /// </summary>
    /// <param name="scores">[clusters, nouns].</param>
    /// <param name="nouns">Number of nouns.</param>
    /// <param name="threshold">Score above which a noun counts as a match.</param>
    /// <returns>Index of each cluster's noun, or null.</returns>
    public static int?[] Assign(ReadOnlySpan<float> scores, int nouns, float threshold)
    {
        var result = new int?[nouns == 0 ? 0 : scores.Length / nouns];
        var taken = new bool[nouns];
        for (var cluster = 0; cluster < result.Length; cluster++)
        {
            var row = scores.Slice(cluster * nouns, nouns);
            if ((Best(row, taken, threshold) ?? Best(row, taken, float.NegativeInfinity)) is not { } best) continue;
            taken[best] = true;
            result[cluster] = best;
        }

        return result;
    }

    /// <summary>Gives the highest score of all its noun first, then the next; a noun serves once, and no cluster takes one that scores 0 or less.</summary>
    /// <param name="scores">[clusters, nouns], such that 0 is no evidence.</param>
    /// <param name="nouns">Number of nouns.</param>
    /// <returns>Index of each cluster's noun, or null.</returns>
    public static int?[] AssignBestFirst(ReadOnlySpan<float> scores, int nouns)
    {
        var result = new int?[nouns == 0 ? 0 : scores.Length / nouns];
        var taken = new bool[nouns];
        var values = scores.ToArray();
        foreach (var pair in Enumerable.Range(0, values.Length).Where(i => values[i] > 0).OrderByDescending(i => values[i]))
        {
            var (cluster, noun) = (pair / nouns, pair % nouns);
            if (result[cluster] is not null || taken[noun]) continue;
            (result[cluster], taken[noun]) = (noun, true);
        }

        return result;
    }

    private static int? Best(ReadOnlySpan<float> scores, bool[] taken, float threshold)
    {
        int? best = null;
        for (var noun = 0; noun < scores.Length; noun++)
        {
            if (!taken[noun] && scores[noun] > threshold && (best is null || scores[noun] > scores[best.Value])) best = noun;
        }

        return best;
    }
}
