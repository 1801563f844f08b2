using VideoGrain.Tensors.Cpu;

namespace VideoGrain.Tensors.Tests.Cpu;

/// <summary>What only the CPU engine promises.</summary>
public sealed class CpuEngineTests
{
    public static TheoryData<CpuInstructionSet> Sets =>
        [.. Enum.GetValues<CpuInstructionSet>().Where(set => set != CpuInstructionSet.Auto && CpuEngine.Supports(set))];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Results_AnyNumberOfThreads_AreTheSameBits(CpuInstructionSet set)
    {
        var expected = Compute(set, 1);
        Assert.Equal(expected, Compute(set, 2));
        Assert.Equal(expected, Compute(set, 5));
        Assert.Equal(expected, Compute(set, 2));
    }

    [Fact]
    public void Name_OfAnEngine_TellsItsInstructionSet()
    {
        using var engine = new CpuEngine(new CpuEngineOptions { InstructionSet = CpuInstructionSet.Portable, Threads = 1 });
        Assert.Equal("cpu-portable", engine.Name);
        Assert.Equal(1, engine.Threads);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(CpuEngineOptions.MaxThreads + 1)]
    public void Options_ThreadsOutOfRange_AreRefused(int threads) =>
        Assert.Throws<ArgumentException>(() => new CpuEngine(new CpuEngineOptions { Threads = threads }));

    [Fact]
    public void Weights_OfAnotherVectorWidth_AreRefused()
    {
        Assert.SkipUnless(CpuEngine.Supports(CpuInstructionSet.Avx512), "needs two vector widths");
        using var wide = new CpuEngine(new CpuEngineOptions { InstructionSet = CpuInstructionSet.Avx512, Threads = 1 });
        using var narrow = new CpuEngine(new CpuEngineOptions { InstructionSet = CpuInstructionSet.Avx2, Threads = 1 });
        using var weight = wide.PackLinear(Numbers.Host([1, 2, 3, 4], 2, 2), null);
        using var x = narrow.Upload([1, 2], 1, 2);
        Assert.Equal("weight", Assert.Throws<ArgumentException>(() => narrow.Linear(x, weight)).ParamName);
    }

    [Fact]
    public void Attention_ManyTokens_NeedsMemoryLinearInThem()
    {
        using var engine = new CpuEngine(new CpuEngineOptions { Threads = 2 });
        Assert.True(Peak(engine, 4096) < 2.5 * Peak(engine, 2048));
    }

    [Fact]
    public void SharedWeights_TwoEnginesAtOnce_GiveTheSameBits()
    {
        using CpuEngine first = new(new CpuEngineOptions { Threads = 2 }), second = new(new CpuEngineOptions { Threads = 2 });
        using var weight = first.PackLinear(Numbers.Host(Numbers.Random(1, 200 * 200), 200, 200), null);
        var x = Numbers.Random(2, 300 * 200);
        var results = new float[2][];
        Parallel.For(0, 2, i =>
        {
            var engine = i == 0 ? first : second;
            for (var round = 0; round < 20; round++)
            {
                using var scope = engine.BeginScope();
                results[i] = engine.Values(engine.Linear(engine.Upload(x, 300, 200), weight));
            }
        });
        Assert.Equal(results[0], results[1]);
    }

    private static long Peak(CpuEngine engine, int tokens)
    {
        using var scope = engine.BeginScope();
        var q = engine.Upload(Numbers.Random(1, tokens * 12), 1, tokens, 12);
        engine.LayoutAttention(q, q, q, 2, 1, new LayoutModulation(new ulong[tokens], new ulong[tokens], new float[tokens]));
        return engine.PeakBytesInUse;
    }

    private static float[] Compute(CpuInstructionSet set, int threads)
    {
        const int Images = 3, Side = 13, Channels = 40, Tokens = Side * Side;
        using var engine = new CpuEngine(new CpuEngineOptions { InstructionSet = set, Threads = threads });
        using var scope = engine.BeginScope();
        using var conv = engine.PackConv(Numbers.Host(Numbers.Random(1, Channels * Channels * 9), Channels, Channels, 3, 3), null, 1, Padding2d.Symmetric(1));
        using var linear = engine.PackLinear(Numbers.Host(Numbers.Random(2, 64 * Channels), 64, Channels), null);
        using var project = engine.PackLinear(Numbers.Host(Numbers.Random(3, 40 * 32), 40, 32), null);
        using var norm = engine.PackNorm(Numbers.Host(Numbers.Random(4, Channels), Channels), Numbers.Host(Numbers.Random(5, Channels), Channels));
        var x = engine.Upload(Numbers.Random(6, Images * Tokens * Channels), Images, Side, Side, Channels);
        x = engine.GroupNorm(x, norm, 8, 1e-5f, Images, Activation.Silu);
        x = engine.Conv2d(x, conv, residual: x);
        var tokens = x.Reshape(1, Images * Tokens, Channels);
        var regions = Enumerable.Range(0, Images * Tokens).Select(i => (ulong)(i / 50 % 4)).ToArray();
        var modulation = new LayoutModulation(regions, regions, [.. regions.Select(r => r / 4f)]);
        tokens = engine.LayoutAttention(tokens, tokens, tokens, 4, 0.3f, modulation);
        tokens = engine.Attention(tokens, tokens, tokens, 1, 0.3f);
        tokens = engine.LayerNorm(engine.Linear(engine.LinearGeglu(tokens, linear), project), norm, 1e-5f);
        return engine.Values(tokens);
    }
}
