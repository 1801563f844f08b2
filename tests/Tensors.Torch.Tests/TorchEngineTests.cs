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
