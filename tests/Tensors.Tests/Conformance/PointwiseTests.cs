namespace VideoGrain.Tensors.Tests.Conformance;

/// <summary>Element-wise operations and copies of every engine against their definition.</summary>
public sealed class PointwiseTests
{
    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Activate_WholeRange_EqualsDefinition(string name)
    {
        using var engine = Engines.Create(name);
        using var scope = engine.BeginScope();

        // GELU takes half the error of a single-precision erf times x; erf is 0 or 1 before that passes this.
        const double Allowed = 4e-7;
        var x = Enumerable.Range(-40003, 80007).Select(i => i / 1000f).Concat([0f, -0f, 1e-30f, -1e-30f, -1e4f, 1e4f, -1e30f, 1e30f]).ToArray();
        foreach (var activation in Enum.GetValues<Activation>())
        {
            var y = engine.Values(engine.Activate(engine.Upload(x, x.Length), activation));
            for (var i = 0; i < x.Length; i++)
            {
                var expected = Reference.Activate(x[i], activation);
                Assert.True(Math.Abs(expected - y[i]) <= Allowed * Math.Max(1, Math.Abs(expected)), $"{activation}({x[i]}): expected {expected:R}, got {y[i]:R}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Combine_RepeatedOperand_EqualsDefinition(string name)
    {
        using var engine = Engines.Create(name);
        Sizes.Check([4, 4, 60], s =>
        {
            var (repeat, rows, c) = (s[0], s[1], s[2]);
            float[] a = Numbers.Random(1, repeat * rows * c), b = Numbers.Random(2, rows * c);
            using var scope = engine.BeginScope();
            var y = engine.Combine(engine.Upload(a, repeat * rows, c), 0.75f, engine.Upload(b, rows, c), -2);
            Numbers.AssertClose([.. a.Select((x, i) => (0.75 * x) - (2.0 * b[i % b.Length]))], engine.Values(y));
            var z = engine.Affine(engine.Upload(b, rows, c), 3, -1);
            Numbers.AssertClose([.. b.Select(x => (3.0 * x) - 1)], engine.Values(z));
        });
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Blend_AnyShape_EqualsDefinition(string name)
    {
        using var engine = Engines.Create(name);
        Sizes.Check([3, 5, 5, 40], s =>
        {
            var (n, h, w, c) = (s[0], s[1], s[2], s[3]);
            float[] mask = Numbers.Random(1, n * h * w), a = Numbers.Random(2, n * h * w * c), b = Numbers.Random(3, n * h * w * c);
            using var scope = engine.BeginScope();
            var y = engine.Blend(engine.Upload(mask, n, h, w, 1), engine.Upload(a, n, h, w, c), engine.Upload(b, n, h, w, c));
            Numbers.AssertClose([.. a.Select((x, i) => ((double)mask[i / c] * x) + ((1.0 - mask[i / c]) * b[i]))], engine.Values(y));
        });
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Concat_BothAxes_KeepsEveryElement(string name)
    {
        using var engine = Engines.Create(name);
        Sizes.Check([6, 20, 20], s =>
        {
            var (rows, ca, cb) = (s[0], s[1], s[2]);
            float[] a = Numbers.Random(1, rows * ca), b = Numbers.Random(2, rows * cb), d = Numbers.Random(3, 2 * ca);
            using var scope = engine.BeginScope();
            Tensor ta = engine.Upload(a, rows, ca), tb = engine.Upload(b, rows, cb);
            var channels = engine.ConcatChannels(ta, tb);
            Assert.Equal([rows, ca + cb], channels.Shape.ToArray());
            Assert.Equal(a.Chunk(ca).Zip(b.Chunk(cb), (x, y) => x.Concat(y)).SelectMany(x => x), engine.Values(channels));
            var batch = engine.ConcatBatch(ta, engine.Upload(d, 2, ca), ta);
            Assert.Equal([(2 * rows) + 2, ca], batch.Shape.ToArray());
            Assert.Equal(a.Concat(d).Concat(a), engine.Values(batch));
        });
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void UpsampleNearest2x_AnyShape_RepeatsPixels(string name)
    {
        using var engine = Engines.Create(name);
        Sizes.Check([2, 5, 5, 9], s =>
        {
            var (n, h, w, c) = (s[0], s[1], s[2], s[3]);
            var x = Numbers.Random(1, n * h * w * c);
            using var scope = engine.BeginScope();
            var y = engine.UpsampleNearest2x(engine.Upload(x, n, h, w, c));
            Assert.Equal([n, 2 * h, 2 * w, c], y.Shape.ToArray());
            var values = engine.Values(y);
            for (var i = 0; i < values.Length; i++)
            {
                var (channel, column, row, image) = (i % c, i / c % (2 * w), i / c / (2 * w) % (2 * h), i / c / (4 * w * h));
                Assert.Equal(x[(((((image * h) + (row / 2)) * w) + (column / 2)) * c) + channel], values[i]);
            }
        });
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Embed_Ids_TakesThoseRows(string name)
    {
        using var engine = Engines.Create(name);
        using var scope = engine.BeginScope();
        var table = Numbers.Random(1, 5 * 7);
        using var weight = engine.PackEmbedding(Numbers.Host(table, 5, 7));
        var y = engine.Embed(weight, [4, 0, 4]);
        Assert.Equal([3, 7], y.Shape.ToArray());
        Assert.Equal(table[28..].Concat(table[..7]).Concat(table[28..]), engine.Values(y));
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void PackEmbedding_EveryHalf_IsWidenedExactly(string name)
    {
        using var engine = Engines.Create(name);
        using var scope = engine.BeginScope();
        var bytes = new byte[2 * 65536];
        for (var i = 0; i < 65536; i++) BitConverter.TryWriteBytes(bytes.AsSpan(2 * i), (ushort)i);
        using var table = engine.PackEmbedding(new HostTensor(ElementType.Float16, [1, 65536], bytes));
        var values = engine.Values(engine.Embed(table, [0]));
        for (var i = 0; i < 65536; i++)
        {
            var expected = (float)BitConverter.UInt16BitsToHalf((ushort)i);
            // A NaN stays one; its sign and payload say nothing, and a GPU does not keep them.
            var same = float.IsNaN(expected) ? float.IsNaN(values[i]) : expected.Equals(values[i]) && float.IsNegative(expected) == float.IsNegative(values[i]);
            Assert.True(same, $"half {i:x4}: expected {expected:R}, got {values[i]:R}");
        }
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void AllFinite_OneBadElementAnywhere_IsFound(string name)
    {
        using var engine = Engines.Create(name);
        Sizes.Check([40000, 40000, 3], s =>
        {
            var x = Numbers.Random(1, s[0], 1e38f);
            using var scope = engine.BeginScope();
            Assert.True(engine.AllFinite(engine.Upload(x, x.Length)));
            x[s[1] % x.Length] = s[2] switch { 1 => float.NaN, 2 => float.PositiveInfinity, _ => float.NegativeInfinity };
            Assert.False(engine.AllFinite(engine.Upload(x, x.Length)));
        });
    }
}
