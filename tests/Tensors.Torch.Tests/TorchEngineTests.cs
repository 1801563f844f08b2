using VideoGrain.Tensors.Torch;

namespace VideoGrain.Tensors.Tests;

/// <summary>What the TorchSharp engine does besides what every engine does. The library counts its tensors, and garbage is collected, for all tests at once.</summary>
[Collection(nameof(Alone))]
public sealed class TorchEngineTests
{
    [Fact]
    public void Operation_LargerThanTheMemory_SaysWhatWasAskedForAndChangesNothing()
    {
        using var engine = Make(TorchPrecision.Float32);
        using var scope = engine.BeginScope();
        const int Tokens = 1_000_000;
        var tokens = engine.Upload(new float[Tokens], 1, Tokens, 1);
        var before = engine.BytesInUse;

        var error = Assert.Throws<DeviceOutOfMemoryException>(() => engine.AttentionScores(tokens, tokens, 1, 1));

        Assert.Equal("cpu", error.Device);
        Assert.Equal((long)Tokens * Tokens * sizeof(float), error.RequestedBytes);
        Assert.Equal(before, error.ActivationBytes);
        Assert.Equal(before, engine.BytesInUse);
    }

    [Theory]
    [InlineData(TorchPrecision.BFloat16, 0.02)]
    [InlineData(TorchPrecision.Float16, 0.004)]
    public void LayoutAttention_InHalfPrecision_StaysNearTheFormula(TorchPrecision precision, double tolerance)
    {
        const int Queries = 200, Keys = 300, Heads = 2, Size = 40, Channels = Heads * Size;
        float[] q = Numbers.Random(1, Queries * Channels), k = Numbers.Random(2, Keys * Channels), v = Numbers.Random(3, Keys * Channels);
        var modulation = new LayoutModulation(
            [.. Enumerable.Range(0, Queries).Select(i => (ulong)(i % 4))],
            [.. Enumerable.Range(0, Keys).Select(i => (ulong)(i % 4))],
            [.. Enumerable.Range(0, Queries).Select(i => i % 5 * 0.2f)]);
        float[] exact = Run(TorchPrecision.Float32), half = Run(precision);

        Assert.InRange(Enumerable.Range(0, exact.Length).Max(i => Math.Abs(exact[i] - half[i])), 0, tolerance);

        float[] Run(TorchPrecision of)
        {
            using var engine = Make(of);
            using var scope = engine.BeginScope();
            return engine.Values(engine.LayoutAttention(
                engine.Upload(q, 1, Queries, Channels), engine.Upload(k, 1, Keys, Channels), engine.Upload(v, 1, Keys, Channels), Heads, 0.16f, modulation));
        }
    }

    [Fact]
    public void LayoutAttention_ScoresBeyondTheRangeOfHalfPrecision_GoesToSharedKeysOnly()
    {
        const int Tokens = 16, Size = 8;
        var values = Numbers.Random(1, Tokens * Size);
        float[] wide = [.. values.Select(value => value * 60)];
        var modulation = new LayoutModulation([.. Enumerable.Repeat(1UL, Tokens)], [.. Enumerable.Range(0, Tokens).Select(i => i < 4 ? 1UL : 2UL)], [.. Enumerable.Repeat(1f, Tokens)]);
        using var engine = Make(TorchPrecision.Float16);
        using var scope = engine.BeginScope();
        Tensor q = engine.Upload(wide, 1, Tokens, Size), k = engine.Upload(wide, 1, Tokens, Size), v = engine.Upload(values, 1, Tokens, Size);

        var result = engine.Values(engine.LayoutAttention(q, k, v, 1, 4f, modulation));

        // At strength 1 nothing but the region counts: each query gets the mean of the four keys that share its region.
        for (var channel = 0; channel < Size; channel++)
        {
            var mean = Enumerable.Range(0, 4).Average(key => values[(key * Size) + channel]);
            Assert.All(Enumerable.Range(0, Tokens), query => Assert.InRange(result[(query * Size) + channel], mean - 2e-3f, mean + 2e-3f));
        }
    }

    [Theory]
    [InlineData(TorchPrecision.Float16, 4e-3)]
    [InlineData(TorchPrecision.BFloat16, 3e-2)]
    public void Operations_InHalfPrecision_StayNearThoseInSingle(TorchPrecision precision, double tolerance)
    {
        var (exact, half) = (Results(TorchPrecision.Float32), Results(precision));

        foreach (var (operation, values) in exact)
        {
            var largest = values.Max(Math.Abs);
            Assert.True(values.Zip(half[operation]).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance * largest), operation);
        }

        static Dictionary<string, float[]> Results(TorchPrecision of)
        {
            const int Images = 2, Side = 4, Channels = 16, Groups = 4, Heads = 2, Frames = 2, Tokens = Side * Side, Width = 3;
            const float Scale = 0.35f, Mean = 20;
            using var engine = Make(of);
            using var scope = engine.BeginScope();

            // Eighths lie on the grid of either precision at this size, so that only the norm itself is compared.
            float[] around = [.. Numbers.Random(1, Images * Tokens * Channels).Select((value, i) => Mean + (i % Channels / 4 % 3) + (MathF.Round(value * 8) / 8))];
            using var norm = engine.PackNorm(Numbers.Host(Numbers.Random(2, Channels), Channels), Numbers.Host(Numbers.Random(3, Channels), Channels));
            using var gate = engine.PackLinear(Numbers.Host(Numbers.Random(4, 2 * Channels * Channels), 2 * Channels, Channels), Numbers.Host(Numbers.Random(5, 2 * Channels), 2 * Channels));
            using var pixel = engine.PackConv(
                Numbers.Host(Numbers.Random(6, Channels * Channels), Channels, Channels, 1, 1), Numbers.Host(Numbers.Random(7, Channels), Channels), 1, Padding2d.Symmetric(0));
            var images = engine.Upload(around, Images, Side, Side, Channels);
            var tokens = engine.Upload(Numbers.Random(8, Images * Tokens * Channels), Images, Tokens, Channels);
            var clip = engine.Upload(Numbers.Random(9, Frames * Tokens * Channels), 1, Frames * Tokens, Channels);
            var selection = new KeySelection(Tokens, Width, [.. Enumerable.Range(0, Tokens * Width).Select(i => i % 4 == 3 ? -1 : (i * 5) % Tokens)]);
            return new()
            {
                ["group norm"] = engine.Values(engine.GroupNorm(images, norm, Groups, 1e-5f, 1)),
                ["group norm of all images"] = engine.Values(engine.GroupNorm(images, norm, Groups, 1e-5f, Images, Activation.Silu)),
                ["GEGLU"] = engine.Values(engine.LinearGeglu(tokens, gate)),
                ["1x1 convolution"] = engine.Values(engine.Conv2d(tokens.Reshape(Images, Side, Side, Channels), pixel)),
                ["attention to listed keys"] = engine.Values(engine.SelectedAttention(tokens, tokens, tokens, Heads, Scale, selection)),
                ["diagonal probabilities"] = engine.Values(engine.DiagonalAttentionProbabilities(clip, clip, Heads, Scale, Frames)),
            };
        }
    }

    [Fact]
    public void Weight_PackedForAnotherPrecision_IsRefused()
    {
        using var single = Make(TorchPrecision.Float32);
        using var half = Make(TorchPrecision.Float16);
        using var scope = half.BeginScope();
        using var table = single.PackEmbedding(Numbers.Host(Numbers.Random(1, 12), 3, 4));
        using var linear = single.PackLinear(Numbers.Host(Numbers.Random(2, 16), 4, 4), null);

        Assert.Equal("table", Assert.Throws<ArgumentException>(() => half.Embed(table, [1])).ParamName);
        Assert.Equal("weight", Assert.Throws<ArgumentException>(() => half.Linear(half.Upload(new float[4], 1, 4), linear)).ParamName);
    }

    [Fact]
    public void Engine_Disposed_ReadsNothingAnyMore()
    {
        var engine = Make(TorchPrecision.Float32);
        var tensor = engine.Upload(new float[4], 4);
        engine.Dispose();

        Assert.Throws<ObjectDisposedException>(() => engine.Download(tensor, new float[4]));
        Assert.Throws<ObjectDisposedException>(() => engine.AllFinite(tensor));
    }

    [Theory]
    [InlineData(TorchPrecision.BFloat16, 2)]
    [InlineData(TorchPrecision.Float32, 4)]
    public void BytesInUse_OfAPrecision_CountsItsElements(TorchPrecision precision, int elementBytes)
    {
        using var engine = Make(precision);
        using var tensor = engine.Upload(new float[100], 10, 10);

        Assert.Equal(100 * elementBytes, engine.BytesInUse);
    }

    [Fact]
    public void Operations_WhileGarbageIsCollected_GiveWhatTheyGiveWithout()
    {
        const int Rounds = 2000;
        using var engine = Make(TorchPrecision.Float16);
        using var block = new Block(engine);
        var expected = block.Run();
        var done = false;
        var collector = new Thread(() =>
        {
            while (!Volatile.Read(ref done))
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        })
        { IsBackground = true };
        collector.Start();

        var wrong = Enumerable.Range(0, Rounds).Count(_ => !block.Run().SequenceEqual(expected));

        Volatile.Write(ref done, true);
        collector.Join();
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void Operations_WhoseScopeHasEnded_LeaveNothingInTheLibrary()
    {
        using var engine = Make(TorchPrecision.Float16);
        using var block = new Block(engine);
        block.Run();
        var before = TorchSharp.torch.Tensor.TotalCount;

        for (var i = 0; i < 10; i++) block.Run();

        Assert.Equal(before, TorchSharp.torch.Tensor.TotalCount);
        Assert.Equal(0, engine.BytesInUse);
    }

    [Fact]
    public void Engine_NoSuchDevice_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new TorchEngine(new TorchEngineOptions { Device = -2 }));
        Assert.Throws<PlatformNotSupportedException>(() => new TorchEngine(new TorchEngineOptions { Device = 99 }));
    }

    private static TorchEngine Make(TorchPrecision precision) => new(new TorchEngineOptions { Device = TorchEngineOptions.Cpu, Precision = precision });

    /// <summary>Tests that no other runs beside.</summary>
    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;

    /// <summary>One of every operation that takes a number, small.</summary>
    private sealed class Block : IDisposable
    {
        private const int Side = 3, Tokens = Side * Side, Channels = 8, Heads = 2;
        private static readonly float[] Values = Numbers.Random(1, Tokens * Channels);
        private readonly LayoutModulation _modulation = new(
            [.. Enumerable.Range(0, Tokens).Select(i => (ulong)(i % 3))],
            [.. Enumerable.Range(0, Tokens).Select(i => (ulong)(i % 3))],
            [.. Enumerable.Range(0, Tokens).Select(i => i % 2 * 0.5f)]);
        private readonly IEngine _engine;
        private readonly ConvWeight _conv;
        private readonly LinearWeight _linear;
        private readonly NormWeight _norm;

        public Block(IEngine engine)
        {
            _engine = engine;
            _conv = engine.PackConv(Numbers.Host(Numbers.Random(2, Channels * Channels * 9), Channels, Channels, 3, 3), null, 1, Padding2d.Symmetric(1));
            _linear = engine.PackLinear(Numbers.Host(Numbers.Random(3, Channels * Channels), Channels, Channels), null);
            _norm = engine.PackNorm(Numbers.Host(Numbers.Random(4, Channels), Channels), Numbers.Host(Numbers.Random(5, Channels), Channels));
        }

        public float[] Run()
        {
            const float Scale = 0.3f;
            using var scope = _engine.BeginScope();
            var x = _engine.Upload(Values, 1, Side, Side, Channels);
            x = _engine.Combine(_engine.Affine(x, Scale, 1), Scale, x, 1 - Scale);
            x = _engine.Conv2d(x, _conv, _engine.Upload(Values.AsSpan(0, Channels), 1, Channels), x);
            x = _engine.GroupNorm(x, _norm, 2, 1e-5f, 1, Activation.QuickGelu).Reshape(1, Tokens, Channels);
            x = _engine.Linear(x, _linear, Activation.QuickGelu, x);
            x = _engine.LayoutAttention(x, x, _engine.Attention(x, x, x, Heads, Scale), Heads, Scale, _modulation);
            return [.. _engine.Values(x), .. _engine.Values(_engine.AttentionScores(x, x, Heads, Scale))];
        }

        public void Dispose()
        {
            _conv.Dispose();
            _linear.Dispose();
            _norm.Dispose();
        }
    }
}
