using VideoGrain.Tensors;
using VideoGrain.Tensors.Cpu;

namespace VideoGrain.Editing.Tests;

/// <summary>
/// Three forms of ST-Layout attention give one result: the published formula on the whole score matrix, the engine's streaming operation,
/// and plain attention over queries and keys with region columns appended.
/// </summary>
public sealed class StLayoutFormulaTests : IDisposable
{
    private const float Scale = 0.5f;
    private const double Closeness = 2e-4;

    private readonly CpuEngine _engine = new(new CpuEngineOptions { Threads = 1 });

    private static readonly Gen<Case> Cases =
        from queries in Gen.Choose(1, 40)
        from keys in Gen.Choose(1, 70)
        from channels in Gen.Choose(1, 9)
        from regions in Gen.Choose(1, 4)
        from seed in Gen.Choose(0, int.MaxValue)
        select new Case(queries, keys, channels, regions, (ulong)seed);

    [Fact]
    public void LayoutAttention_AnyOverlappingRegionsAndStrengths_FollowsThePublishedFormula() =>
        Prop.ForAll(Cases.ToArbitrary(), c =>
        {
            using var scope = _engine.BeginScope();
            var result = _engine.LayoutAttention(
                _engine.Upload(c.Q, 1, c.Queries, c.Channels), _engine.Upload(c.K, 1, c.Keys, c.Channels), _engine.Upload(c.V, 1, c.Keys, c.Channels),
                1, Scale, new LayoutModulation(c.QueryRegions, c.KeyRegions, c.Strength));
            return Close(c.Published(), Download(result));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void PlainAttention_WithRegionColumns_FollowsThePublishedFormula() =>
        Prop.ForAll(Cases.ToArbitrary(), c =>
        {
            using var scope = _engine.BeginScope();
            var width = c.Channels + c.Signatures.Length;
            var q = new float[c.Queries * width];
            var k = new float[c.Keys * width];
            var v = new float[c.Keys * width];
            for (var i = 0; i < c.Queries; i++)
            {
                // Scale 1 below: the score's own factor goes into the queries.
                for (var j = 0; j < c.Channels; j++) q[i * width + j] = (1 - c.Strength[i]) * Scale * c.Q[i * c.Channels + j];
                var (least, most) = c.Extremes(i);
                for (var s = 0; s < c.Signatures.Length; s++)
                    q[i * width + c.Channels + s] = (c.QueryRegions[i] & c.Signatures[s]) != 0 ? (float)(c.Strength[i] * (most - least)) : 0;
            }

            for (var i = 0; i < c.Keys; i++)
            {
                c.K.AsSpan(i * c.Channels, c.Channels).CopyTo(k.AsSpan(i * width));
                c.V.AsSpan(i * c.Channels, c.Channels).CopyTo(v.AsSpan(i * width));
                // One column for every set of regions that occurs, so that overlaps count once.
                k[i * width + c.Channels + Array.IndexOf(c.Signatures, c.KeyRegions[i])] = 1;
            }

            var result = Download(_engine.Attention(
                _engine.Upload(q, 1, c.Queries, width), _engine.Upload(k, 1, c.Keys, width), _engine.Upload(v, 1, c.Keys, width), 1, 1));
            float[] cut = [.. result.Chunk(width).SelectMany(row => row.Take(c.Channels))];
            return Close(c.Published(), cut);
        }).QuickCheckThrowOnFailure();

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();

    private static bool Close(double[] expected, float[] actual) =>
        expected.Zip(actual).All(pair => Math.Abs(pair.First - pair.Second) <= Closeness);

    private float[] Download(Tensor tensor)
    {
        var values = new float[tensor.ElementCount];
        _engine.Download(tensor, values);
        return values;
    }

    private sealed record Case(int Queries, int Keys, int Channels, int Regions, ulong Seed)
    {
        public float[] Q { get; } = Normal(Seed, 0, Queries * Channels);

        public float[] K { get; } = Normal(Seed, 1, Keys * Channels);

        public float[] V { get; } = Normal(Seed, 2, Keys * Channels);

        public ulong[] QueryRegions { get; } = Bits(Seed, 3, Queries, Regions);

        public ulong[] KeyRegions { get; } = Bits(Seed, 4, Keys, Regions);

        // From below 0, where published size terms go with large overlaps, to 1.
        public float[] Strength { get; } = [.. Bits(Seed, 5, Queries, 7).Select(b => b / 127f * 1.5f - 0.5f)];

        public ulong[] Signatures => [.. KeyRegions.Distinct().Order()];

        public (double Least, double Most) Extremes(int query)
        {
            var scores = Enumerable.Range(0, Keys).Select(key => Score(query, key)).ToArray();
            return (scores.Min(), scores.Max());
        }

        /// <summary>Golden data 4.4, in double precision.</summary>
        public double[] Published()
        {
            var result = new double[Queries * Channels];
            for (var query = 0; query < Queries; query++)
            {
                var (least, most) = Extremes(query);
                var strength = Strength[query];
                var scores = Enumerable.Range(0, Keys).Select(key =>
                {
                    var score = Score(query, key);
                    return (QueryRegions[query] & KeyRegions[key]) != 0 ? score + strength * (most - score) : score - strength * (score - least);
                }).ToArray();
                var exponentials = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
                var sum = exponentials.Sum();
                for (var key = 0; key < Keys; key++)
                {
                    for (var c = 0; c < Channels; c++) result[query * Channels + c] += exponentials[key] / sum * V[key * Channels + c];
                }
            }

            return result;
        }

        private double Score(int query, int key)
        {
            double sum = 0;
            for (var c = 0; c < Channels; c++) sum += (double)Q[query * Channels + c] * K[key * Channels + c];
            return Scale * sum;
        }

        private static float[] Normal(ulong seed, uint stream, int count)
        {
            var values = new float[count];
            new Random.CounterRandom(seed, Random.NoisePurpose.Clustering, stream).Normal(values);
            return values;
        }

        private static ulong[] Bits(ulong seed, uint stream, int count, int bits)
        {
            var random = new Random.CounterRandom(seed, Random.NoisePurpose.Clustering, stream);
            return [.. Enumerable.Range(0, count).Select(i => (ulong)(random.Bits((ulong)i) & ((1u << bits) - 1)))];
        }
    }
}
