namespace VideoGrain.Tensors.Tests.Conformance;

/// <summary>All kinds of attention of every engine against the explicit score matrix.</summary>
public sealed class AttentionTests
{
    private static readonly int[] HeadSizes = [1, 2, 3, 4, 6, 8, 12, 16, 20, 40, 80, 160];

    private static readonly int[] HeadCounts = [1, 3, 4, 8];

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Attention_AnyShape_EqualsSoftmaxOfScores(string name)
    {
        using var engine = Engines.Create(name);
        Sizes.Check([2, 2, 50, 50, 3, HeadSizes.Length], s =>
        {
            var (keyBatch, repeat, n, m, heads, size) = (s[0], s[1], s[2], s[3], s[4], HeadSizes[s[5] - 1]);
            var c = heads * size;
            float[] q = Numbers.Random(1, keyBatch * repeat * n * c, 2), k = Numbers.Random(2, keyBatch * m * c, 2), v = Numbers.Random(3, keyBatch * m * c);
            using var scope = engine.BeginScope();
            var y = engine.Attention(engine.Upload(q, keyBatch * repeat, n, c), engine.Upload(k, keyBatch, m, c), engine.Upload(v, keyBatch, m, c), heads, 0.7f);
            Assert.Equal([keyBatch * repeat, n, c], y.Shape.ToArray());
            Numbers.AssertClose(Reference.Attention(q, k, v, keyBatch * repeat, keyBatch, n, m, heads, size, 0.7f), engine.Values(y), 3e-5);
        });
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Attention_Causal_SeesNoLaterKey(string name)
    {
        using var engine = Engines.Create(name);
        Sizes.Check([2, 90, 2, 12], s =>
        {
            var (batch, n, heads, size) = (s[0], s[1], s[2], s[3]);
            var c = heads * size;
            float[] q = Numbers.Random(1, batch * n * c), k = Numbers.Random(2, batch * n * c), v = Numbers.Random(3, batch * n * c);
            var expected = Reference.Attention(q, k, v, batch, batch, n, n, heads, size, 1, (i, row) => row.AsSpan(i + 1).Fill(double.NegativeInfinity));
            using var scope = engine.BeginScope();
            var y = engine.Attention(engine.Upload(q, batch, n, c), engine.Upload(k, batch, n, c), engine.Upload(v, batch, n, c), heads, 1, causal: true);
            Numbers.AssertClose(expected, engine.Values(y), 3e-5);
        });
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Attention_KeyThatIsNoNumber_ShowsInEveryResult(string name)
    {
        // A fast path must not hide what the finite check of a step looks for.
        using var engine = Engines.Create(name);
        foreach (var (size, keys) in new[] { (6, 300), (40, 300), (80, 50) })
        {
            using var scope = engine.BeginScope();
            float[] q = Numbers.Random(1, 30 * size), k = Numbers.Random(2, keys * size);
            k[(keys / 2) * size] = float.NaN;
            Tensor tq = engine.Upload(q, 1, 30, size), tk = engine.Upload(k, 1, keys, size), tv = engine.Upload(Numbers.Random(3, keys * size), 1, keys, size);
            Assert.All(engine.Values(engine.Attention(tq, tk, tv, 1, 1)), value => Assert.True(float.IsNaN(value)));
        }
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Attention_ManyKeysWithLargeScores_StaysExact(string name)
    {
        // Growing scores make a streaming softmax rescale what it has; 1000 keys are several tiles.
        const int Queries = 30, Keys = 1000;
        using var engine = Engines.Create(name);
        foreach (var (size, scale) in new[] { (6, 1f), (40, 0.2f), (80, 0.1f) })
        {
            using var scope = engine.BeginScope();
            float[] q = Numbers.Random(1, Queries * size, 3), k = Numbers.Random(2, Keys * size, 3), v = Numbers.Random(3, Keys * size);
            for (var i = 0; i < k.Length; i++) k[i] *= 1 + (i * 20f / k.Length);
            var y = engine.Attention(engine.Upload(q, 1, Queries, size), engine.Upload(k, 1, Keys, size), engine.Upload(v, 1, Keys, size), 1, scale);
            Numbers.AssertClose(Reference.Attention(q, k, v, 1, 1, Queries, Keys, 1, size, scale), engine.Values(y), 2e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void LayoutAttention_OverlappingRegions_EqualsPublishedFormula(string name)
    {
        using var engine = Engines.Create(name);
        Sizes.Check([2, 60, 60, 2, HeadSizes.Length, 4], s =>
        {
            var (batch, n, m, heads, size, regions) = (s[0], s[1], s[2], s[3], HeadSizes[s[4] - 1], s[5]);
            AssertLayout(engine, batch, n, m, heads, size, regions, 0.4f);
        });
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void LayoutAttention_ManyKeys_EqualsPublishedFormula(string name)
    {
        using var engine = Engines.Create(name);
        AssertLayout(engine, 2, 50, 700, 2, 6, 3, 0.9f);
        AssertLayout(engine, 1, 27, 700, 1, 40, 64, 0.2f);
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void SelectedAttention_AnySelection_EqualsMaskedAttention(string name)
    {
        using var engine = Engines.Create(name);
        Sizes.Check([2, 40, 40, 4, 20, 20], s =>
        {
            var (batch, n, m, heads, size, width) = (s[0], s[1], s[2], HeadCounts[s[3] - 1], s[4], s[5]);
            var c = heads * size;
            var random = new Random(n + width);
            var indices = new int[n * width];
            for (var i = 0; i < indices.Length; i++) indices[i] = i % width != 0 && random.Next(3) == 0 ? KeySelection.None : random.Next(m);
            float[] q = Numbers.Random(1, batch * n * c, 2), k = Numbers.Random(2, batch * m * c, 2), v = Numbers.Random(3, batch * m * c);
            var expected = new double[batch * n * c];
            for (var b = 0; b < batch; b++)
            {
                for (var h = 0; h < heads; h++)
                {
                    for (var i = 0; i < n; i++)
                    {
                        var listed = indices.Skip(i * width).Take(width).Where(j => j != KeySelection.None).ToArray();
                        var scores = Reference.Scores(q, k, b, b, n, m, heads, size, 0.5, h, i);
                        var weights = listed.Select(j => Math.Exp(scores[j] - listed.Max(l => scores[l]))).ToArray();
                        for (var d = 0; d < size; d++)
                        {
                            var at = (h * size) + d;
                            expected[(((b * n) + i) * c) + at] = listed.Select((j, p) => weights[p] * v[(((b * m) + j) * c) + at]).Sum() / weights.Sum();
                        }
                    }
                }
            }

            using var scope = engine.BeginScope();
            var y = engine.SelectedAttention(
                engine.Upload(q, batch, n, c), engine.Upload(k, batch, m, c), engine.Upload(v, batch, m, c), heads, 0.5f, new KeySelection(n, width, indices));
            Numbers.AssertClose(expected, engine.Values(y), 3e-5);
        });
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void DiagonalAttentionProbabilities_AnyShape_AreBlocksOfTheWholeSoftmax(string name)
    {
        using var engine = Engines.Create(name);
        Sizes.Check([4, 90, 3, 12], s =>
        {
            var (frames, tokens, heads, size) = (s[0], s[1], s[2], s[3]);
            var c = heads * size;
            var all = frames * tokens;
            float[] q = Numbers.Random(1, all * c), k = Numbers.Random(2, all * c);
            var expected = new double[frames * tokens * tokens];
            for (var h = 0; h < heads; h++)
            {
                for (var i = 0; i < all; i++)
                {
                    var row = Reference.Probabilities(q, k, 0, 0, all, all, heads, size, 0.8f, h, i);
                    for (var j = 0; j < tokens; j++) expected[(i * tokens) + j] += row[(i / tokens * tokens) + j] / heads;
                }
            }

            using var scope = engine.BeginScope();
            var y = engine.DiagonalAttentionProbabilities(engine.Upload(q, 1, all, c), engine.Upload(k, 1, all, c), heads, 0.8f, frames);
            Assert.Equal([frames, tokens, tokens], y.Shape.ToArray());
            Numbers.AssertClose(expected, engine.Values(y), 1e-5);
        });
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void AttentionScores_AnyShape_AreTheMeanOverHeads(string name)
    {
        using var engine = Engines.Create(name);
        Sizes.Check([2, 2, 40, 300, 3, 12], s =>
        {
            var (keyBatch, repeat, n, m, heads, size) = (s[0], s[1], s[2], s[3], s[4], s[5]);
            var c = heads * size;
            var batch = keyBatch * repeat;
            float[] q = Numbers.Random(1, batch * n * c), k = Numbers.Random(2, keyBatch * m * c);
            var expected = new double[batch * n * m];
            for (var index = 0; index < batch * n * heads; index++)
            {
                var (h, i, b) = (index % heads, index / heads % n, index / heads / n);
                var row = Reference.Scores(q, k, b, b / repeat, n, m, heads, size, 0.3, h, i);
                for (var j = 0; j < m; j++) expected[(((b * n) + i) * m) + j] += row[j] / heads;
            }

            using var scope = engine.BeginScope();
            var y = engine.AttentionScores(engine.Upload(q, batch, n, c), engine.Upload(k, keyBatch, m, c), heads, 0.3f);
            Assert.Equal([batch, n, m], y.Shape.ToArray());
            Numbers.AssertClose(expected, engine.Values(y), 1e-5);
        });
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void LayoutAttention_ScoresFarApart_StaysExact(string name)
    {
        // Rows without any shared region sit far below the upper bound of what the modulation may add.
        using var engine = Engines.Create(name);
        AssertLayout(engine, 1, 40, 300, 1, 6, 2, 0.9f, 25);
        AssertLayout(engine, 1, 40, 300, 1, 40, 2, 0.9f, 15);
    }

    private static void AssertLayout(IEngine engine, int batch, int n, int m, int heads, int size, int regions, float someStrength, float spread = 2)
    {
        var c = heads * size;
        var random = new Random(n + m);
        var bits = regions == 64 ? ulong.MaxValue : (1UL << regions) - 1;
        var queryRegions = Enumerable.Range(0, n).Select(i => i % 5 == 4 ? 0UL : (ulong)random.NextInt64() & (ulong)random.NextInt64() & bits).ToArray();
        var keyRegions = Enumerable.Range(0, m).Select(j => j % 7 == 6 ? 0UL : (ulong)random.NextInt64() & (ulong)random.NextInt64() & bits).ToArray();
        var strength = Enumerable.Range(0, n).Select(i => i % 5 switch { 0 => 0f, 1 => 1f, 2 => someStrength, 3 => -random.NextSingle(), _ => random.NextSingle() }).ToArray();
        float[] q = Numbers.Random(1, batch * n * c, spread), k = Numbers.Random(2, batch * m * c, spread), v = Numbers.Random(3, batch * m * c);
        var expected = Reference.Attention(q, k, v, batch, batch, n, m, heads, size, 0.5, (i, row) =>
        {
            double max = row.Max(), min = row.Min();
            for (var j = 0; j < m; j++)
                row[j] += (queryRegions[i] & keyRegions[j]) != 0 ? strength[i] * (max - row[j]) : -strength[i] * (row[j] - min);
        });
        using var scope = engine.BeginScope();
        var y = engine.LayoutAttention(
            engine.Upload(q, batch, n, c), engine.Upload(k, batch, m, c), engine.Upload(v, batch, m, c), heads, 0.5f, new LayoutModulation(queryRegions, keyRegions, strength));
        // Rounding of the scores, which grow with the square of the spread, decides what can be asked for.
        Numbers.AssertClose(expected, engine.Values(y), 1.5e-5 * Math.Max(3, spread * spread));
    }
}
