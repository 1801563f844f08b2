using VideoGrain.Tensors.Torch;

namespace VideoGrain.Tensors.Tests;

/// <summary>What the TorchSharp engine does besides what every engine does.</summary>
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
    public void Engine_NoSuchDevice_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new TorchEngine(new TorchEngineOptions { Device = -2 }));
        Assert.Throws<PlatformNotSupportedException>(() => new TorchEngine(new TorchEngineOptions { Device = 99 }));
    }

    private static TorchEngine Make(TorchPrecision precision) => new(new TorchEngineOptions { Device = TorchEngineOptions.Cpu, Precision = precision });
}
