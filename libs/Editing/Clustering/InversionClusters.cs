namespace VideoGrain.Editing.Clustering;

/// <summary>
/// Regions without masks from the caller: tokens with similar self-attention during inversion belong together, the words they attend to
/// name them (paper section 3.3; golden data 4.11). Clusters keep their identity over the frames.
/// </summary>
public static class InversionClusters
{
    /// <summary>Most instances of a cluster.</summary>
    public const int MaxInstances = 8;


    /// <summary>Finds the regions of a clip.</summary>
    /// <param name="attention">What the inversion recorded.</param>
    /// <param name="nouns">Words that may name clusters.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellation">Checked between frames.</param>
    /// <exception cref="EditException">Options out of range, or a noun without tokens in the prompt.</exception>
    public static IReadOnlyList<ClusterRegion> Find(
        AttentionRecord attention, IReadOnlyList<Noun> nouns, ClusterOptions options, CancellationToken cancellation = default)
    {
        EditException.ThrowIfAny([.. options.Validate(attention.TokensPerFrame), .. Check(attention, nouns)]);
        var identities = Labels(attention, options, cancellation);
        var cross = options.StandardizeScores ? Standardize(attention) : attention.Cross;
        var scores = NounAssignment.Scores(identities, options.Clusters, cross, attention.TextTokens, nouns);
        var names = nouns.Count == 0
            ? new int?[options.Clusters]
            : options.StandardizeScores ? NounAssignment.AssignBestFirst(scores, nouns.Count)
            : NounAssignment.Assign(scores, nouns.Count, NounAssignment.PublishedThreshold);
        var regions = new List<ClusterRegion>();
        for (var cluster = 0; cluster < options.Clusters; cluster++)
        {
            var mask = Mask(attention, identities, label => label == cluster);
            if (mask.IsEmpty) continue;
            var score = names[cluster] is { } noun ? scores[cluster * nouns.Count + noun] : 0;
            LayoutMask[] parts = options.SplitInstances ? Split(mask, options.LeastInstance) : [mask];
            for (var part = 0; part < parts.Length; part++) regions.Add(new ClusterRegion(cluster, names[cluster], score, part, parts[part]));
        }

        return regions;
    }

    /// <summary>The regions of an edit that names nouns instead of giving masks.</summary>
    /// <param name="found">What <see cref="Find"/> found.</param>
    /// <param name="nouns">The nouns given to it.</param>
    /// <param name="wanted">The edit's regions.</param>
    /// <exception cref="EditException">A noun names no cluster, or has no such instance.</exception>
    public static IReadOnlyList<RegionPrompt> Resolve(
        IReadOnlyList<ClusterRegion> found, IReadOnlyList<Noun> nouns, IReadOnlyList<NounRegion> wanted)
    {
        var violations = new List<OptionViolation>();
        var result = new List<RegionPrompt>();
        for (var i = 0; i < wanted.Count; i++)
        {
            var region = wanted[i];
            var matches = found.Where(c => c.Noun is { } noun && nouns[noun].Text == region.Noun && (region.Instance ?? c.Instance) == c.Instance).ToArray();
            if (matches.Length == 0)
            {
                var what = region.Instance is { } instance ? $"instance {instance} of \"{region.Noun}\"" : $"\"{region.Noun}\"";
                violations.Add(new($"regions[{i}].noun", $"nothing in the clip was found to be {what}", EditReasons.NounNotFound));
                continue;
            }

            var first = matches[0].Mask;
            var union = Layouts.RegionMasks.Union([.. matches.Select(m => m.Mask)]);
            result.Add(new RegionPrompt(region.Phrase, new LayoutMask(first.Frames, first.Height, first.Width, union)));
        }

        EditException.ThrowIfAny(violations);
        return result;
    }

    /// <summary>The nouns of a tokenized prompt, with the tokens they stand at.</summary>
    /// <param name="prompt">The tokenized source prompt.</param>
    /// <param name="nouns">Each noun and its tokens without markers.</param>
    /// <exception cref="EditException">A noun does not occur in the prompt.</exception>
    public static IReadOnlyList<Noun> Locate(ReadOnlySpan<int> prompt, IReadOnlyList<(string Text, int[] Tokens)> nouns)
    {
        var result = new List<Noun>();
        var violations = new List<OptionViolation>();
        for (var i = 0; i < nouns.Count; i++)
        {
            if (Layouts.TokenMatching.Find(prompt, nouns[i].Tokens) is { } range)
                result.Add(new Noun(nouns[i].Text, [.. Enumerable.Range(range.Start, range.Count)]));
            else
                violations.Add(new($"nouns[{i}]", $"\"{nouns[i].Text}\" does not occur in the source prompt", EditReasons.NounNotFound));
        }

        EditException.ThrowIfAny(violations);
        return result;
    }

    /// <summary>Cluster of every token of the clip, [frames, n]; a number means the same cluster in every frame.</summary>
    private static int[] Labels(AttentionRecord attention, ClusterOptions options, CancellationToken cancellation)
    {
        var n = attention.TokensPerFrame;
        var result = new int[attention.Frames * n];
        var tracker = new IdentityTracker(options.Clusters);
        for (var frame = 0; frame < attention.Frames; frame++)
        {
            cancellation.ThrowIfCancellationRequested();
            var labels = KMeans.Run(attention.SelfOf(frame), n, options.Clusters, options.Seed, (uint)frame, options.Restarts).Labels;
            var identities = tracker.Advance(labels, options.Clusters, attention.Width);
            for (var i = 0; i < n; i++) result[frame * n + i] = identities[labels[i]];
        }

        return result;
    }

    private static LayoutMask[] Split(LayoutMask mask, float least)
    {
        var perFrame = mask.Height * mask.Width;
        var tracker = new IdentityTracker(MaxInstances);
        var instances = new List<byte[]>();
        for (var frame = 0; frame < mask.Frames; frame++)
        {
            var (labels, sizes) = ConnectedComponents.Label(mask.Values.Span.Slice(frame * perFrame, perFrame), mask.Width);
            var kept = Math.Min(MaxInstances, sizes.Count(size => size >= least * sizes[0]));
            for (var i = 0; i < perFrame; i++)
            {
                if (labels[i] >= kept) labels[i] = -1;
            }

            var identities = tracker.Advance(labels, kept, mask.Width);
            while (instances.Count < tracker.Count) instances.Add(new byte[mask.Frames * perFrame]);
            for (var i = 0; i < perFrame; i++)
            {
                if (labels[i] >= 0) instances[identities[labels[i]]][frame * perFrame + i] = 1;
            }
        }

        // What flares up in a few frames only is no instance either.
        var totals = instances.ConvertAll(values => values.Sum(v => v));
        return
        [
            .. instances.Where((_, i) => totals[i] >= least * totals.Max())
                .OrderBy(values => FirstColumn(values, perFrame, mask.Width))
                .Select(values => new LayoutMask(mask.Frames, mask.Height, mask.Width, values)),
        ];
    }

    /// <summary>Mean column of a part in the first frame that shows it.</summary>
    private static double FirstColumn(byte[] values, int perFrame, int width)
    {
        var first = Array.IndexOf(values, (byte)1) / perFrame * perFrame;
        return Enumerable.Range(0, perFrame).Where(i => values[first + i] != 0).Average(i => i % width);
    }

    private static LayoutMask Mask(AttentionRecord attention, int[] labels, Func<int, bool> inside) =>
        new(attention.Frames, attention.Height, attention.Width, Array.ConvertAll(labels, label => inside(label) ? (byte)1 : (byte)0));

    private static float[] Standardize(AttentionRecord attention)
    {
        var (tokens, count) = (attention.TextTokens, attention.Cross.Length / attention.TextTokens);
        var sums = new double[tokens];
        var squares = new double[tokens];
        for (var i = 0; i < attention.Cross.Length; i++)
        {
            sums[i % tokens] += attention.Cross[i];
            squares[i % tokens] += (double)attention.Cross[i] * attention.Cross[i];
        }

        var result = new float[attention.Cross.Length];
        for (var i = 0; i < result.Length; i++)
        {
            var mean = sums[i % tokens] / count;
            var deviation = Math.Sqrt(Math.Max(0, squares[i % tokens] / count - mean * mean));
            result[i] = deviation > 0 ? (float)((attention.Cross[i] - mean) / deviation) : 0;
        }

        return result;
    }

    private static IEnumerable<OptionViolation> Check(AttentionRecord attention, IReadOnlyList<Noun> nouns)
    {
        for (var i = 0; i < nouns.Count; i++)
        {
            if (nouns[i].Tokens.Count == 0 || nouns[i].Tokens.Any(token => token < 0 || token >= attention.TextTokens))
                yield return new($"nouns[{i}]", $"\"{nouns[i].Text}\" must stand at tokens 0 to {attention.TextTokens - 1}", EditReasons.NounNotFound);
        }
    }
}
