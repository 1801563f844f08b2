using System.Text.Json;
using VideoGrain.Editing;
using VideoGrain.Editing.Clustering;
using VideoGrain.Editing.Pictures;

namespace VideoGrain.Golden.Groups;

/// <summary>Group l: recorded attention, k-means, nouns for clusters, heat maps.</summary>
public sealed class ClusteringRunner : IGroupRunner
{
    // Other starts may end in another optimum, which must be no worse; what is left is the rounding of the sum.
    private const double InertiaBound = 1 + 1e-6;
    private const double GreyLevels = 2;
    private const int SubSampling = 2;

    // The recording belongs to this case's inversion, and pictures are of its clip.
    private const string InversionCase = "j6_true64";

    private static readonly int[] PicturedTokens = [1, 3];

    /// <inheritdoc/>
    public string Group => "l";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Fields { get; } =
        ["source_prompt", "num_segments", "threshold", "nouns", "word_tokens", "assignment_per_frame", "inertia_per_frame", "kmeans", "synthetic"];

    /// <inheritdoc/>
    public void Run(GoldenCase golden, GoldenContext context)
    {
        var json = golden.Json;
        var threshold = json.GetProperty("threshold").GetSingle();
        var clusters = json.GetProperty("num_segments").GetInt32();
        Synthetic(golden, json.GetProperty("synthetic"));
        Points(golden, context, json.GetProperty("synthetic"));

        using var source = golden.OpenSibling(InversionCase);
        var clip = EditingCase.Clip(source);
        var record = Record(golden, context, source, clip);
        context.Report.CompareRun(golden, "self_avg_frame0", record.SelfOf(0), golden.Floats("self_avg_frame0"), At(golden, "self_avg_frame0"));
        context.Report.CompareRun(golden, "cross_avg", record.Cross, golden.Floats("cross_avg"), At(golden, "cross_avg"));

        var nouns = Nouns(json.GetProperty("nouns"));
        var labels = golden.Ints("labels");
        var n = record.TokensPerFrame;
        for (var frame = 0; frame < record.Frames; frame++)
        {
            var expected = labels.AsSpan(frame * n, n).ToArray();
            var result = KMeans.Run(record.SelfOf(frame), n, clusters, seed: 1, stream: (uint)frame);
            Assert.InRange(result.Inertia, 0, InertiaBound * json.GetProperty("inertia_per_frame")[frame].GetDouble());
            var settled = KMeans.Refine(record.SelfOf(frame), n, Means(record.SelfOf(frame), n, expected, clusters));
            context.Report.CompareLabels(golden, $"labels[{frame}]", settled.Labels, expected);

            var scores = NounAssignment.Scores(expected, clusters, record.CrossOf(frame), record.TextTokens, nouns);
            context.Report.CompareRun(golden, $"scores_{frame}", scores, golden.Floats($"scores_{frame}"), At(golden, "scores"));
            AssertAssignment(NounAssignment.Assign(scores, nouns.Count, threshold), nouns, json.GetProperty("assignment_per_frame")[frame]);
        }

        Centroids(golden, context, record.SelfOf(0), labels.AsSpan(0, n), clusters);
        Pictures(golden, context, record, clip);
    }

    private static Tolerance At(GoldenCase golden, string what) => Tolerance.Parse(golden.Json.GetProperty("tolerance").GetProperty(what));

    private static AttentionRecord Record(GoldenCase golden, GoldenContext context, GoldenCase source, RgbClip clip)
    {
        var request = new InversionRequest
        {
            Clip = clip,
            Control = EditingCase.Control(source),
            PosteriorNoise = EditingCase.PosteriorNoise(source),
            Options = EditingCase.Options(source) with { SourcePrompt = golden.Json.GetProperty("source_prompt").GetString()! },
            RecordAttention = true,
        };
        var result = new InversionLoop(context.Model(golden), TimeProvider.System).Run(request, null, TestContext.Current.CancellationToken);
        return Assert.IsType<AttentionRecord>(result.Attention);
    }

    // The published index counts words of a word tokenizer; token 0 is the begin marker.
    private static List<Noun> Nouns(JsonElement nouns) =>
        [.. nouns.EnumerateArray().Select(noun => new Noun(noun[1].GetString()!, [noun[0].GetInt32() + 1]))];

    private static void AssertAssignment(int?[] actual, List<Noun> nouns, JsonElement expected)
    {
        var names = actual.Select((noun, cluster) => (cluster, noun)).Where(a => a.noun is not null)
            .ToDictionary(a => a.cluster.ToString(System.Globalization.CultureInfo.InvariantCulture), a => nouns[a.noun!.Value].Text);
        Assert.Equal(expected.EnumerateObject().ToDictionary(p => p.Name, p => p.Value[1].GetString()!), names);
    }

    private static void Synthetic(GoldenCase golden, JsonElement synthetic)
    {
        var nouns = Nouns(synthetic.GetProperty("nouns"));
        var clusters = synthetic.GetProperty("num_segments").GetInt32();
        var tokens = golden.Shape("syn_cross")[^1];
        var scores = NounAssignment.Scores(golden.Ints("syn_clusters"), clusters, golden.Floats("syn_cross"), tokens, nouns);
        var assigned = NounAssignment.Assign(scores, nouns.Count, synthetic.GetProperty("threshold").GetSingle());
        AssertAssignment(assigned, nouns, synthetic.GetProperty("assignment"));
    }

    private static void Points(GoldenCase golden, GoldenContext context, JsonElement synthetic)
    {
        var (points, centroids) = (golden.Floats("km_points"), golden.Floats("km_centroids"));
        var (width, clusters) = (golden.Shape("km_points")[1], golden.Shape("km_centroids")[0]);
        var result = KMeans.Run(points, width, clusters, seed: 1);
        Assert.InRange(result.Inertia, 0, InertiaBound * synthetic.GetProperty("kmeans_inertia").GetDouble());
        var labels = golden.Ints("km_labels");
        AssertSamePartition(golden, "km_labels", result.Labels, labels, clusters);
        context.Report.CompareExact(golden, "km_labels", KMeans.Refine(points, width, centroids).Labels, labels);
        context.Report.CompareNorm(golden, "km_centroids", Means(points, width, labels, clusters), centroids, 1e-5);
    }

    /// <summary>The stored centroids are the means of the stored clusters.</summary>
    private static void Centroids(GoldenCase golden, GoldenContext context, ReadOnlySpan<float> points, ReadOnlySpan<int> labels, int clusters) =>
        context.Report.CompareRun(
            golden, "centroids_frame0", Means(points, points.Length / labels.Length, labels, clusters), golden.Floats("centroids_frame0"), 1e-3);

    private static float[] Means(ReadOnlySpan<float> points, int width, ReadOnlySpan<int> labels, int clusters)
    {
        var sums = new double[clusters * width];
        var sizes = new int[clusters];
        for (var i = 0; i < labels.Length; i++)
        {
            sizes[labels[i]]++;
            for (var j = 0; j < width; j++) sums[labels[i] * width + j] += points[i * width + j];
        }

        return [.. sums.Select((sum, i) => (float)(sum / sizes[i / width]))];
    }

    /// <summary>Up to the clusters' numbers, which are arbitrary.</summary>
    private static void AssertSamePartition(GoldenCase golden, string what, int[] actual, int[] expected, int clusters)
    {
        var together = new int[clusters, clusters];
        for (var i = 0; i < actual.Length; i++) together[actual[i], expected[i]]++;
        var agreeing = Enumerable.Range(0, clusters).Sum(a => Enumerable.Range(0, clusters).Max(e => together[a, e]));
        Assert.True(agreeing == actual.Length, $"{golden.Name}: {what} agrees in {agreeing} of {actual.Length} points");
    }

    private static void Pictures(GoldenCase golden, GoldenContext context, AttentionRecord record, RgbClip clip)
    {
        var expected = golden.Bytes("vis_overlay_sub2");
        const int Side = HeatMap.PublishedSide / SubSampling;
        for (var row = 0; row < PicturedTokens.Length; row++)
        {
            var map = new float[record.TokensPerFrame];
            for (var i = 0; i < map.Length; i++) map[i] = record.CrossOf(0)[i * record.TextTokens + PicturedTokens[row]];
            var picture = HeatMap.Overlay(
                map, record.Height, record.Width, clip, 0, HeatMap.PublishedSide, HeatMap.PublishedSide, swapFrame: true);
            var stored = new byte[Side * Side * 3];
            for (var i = 0; i < stored.Length; i++)
            {
                var (channel, x, y) = (i % 3, i / 3 % Side, i / 3 / Side);
                stored[i] = picture[((y * SubSampling * HeatMap.PublishedSide) + x * SubSampling) * 3 + channel];
            }

            context.Report.ComparePicture(golden, $"vis_overlay_sub2[{row}]", stored, expected.AsSpan(row * stored.Length, stored.Length), GreyLevels);
        }
    }
}
