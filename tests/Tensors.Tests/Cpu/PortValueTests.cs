namespace VideoGrain.Tensors.Tests.Cpu;

/// <summary>Checks of the port's own values.</summary>
public sealed class PortValueTests
{
    [Fact]
    public void HostTensor_BytesThatDoNotFit_AreRefused() =>
        Assert.Equal("data", Assert.Throws<ArgumentException>(() => new HostTensor(ElementType.Float32, [2, 2], new byte[15])).ParamName);

    [Theory]
    [InlineData(int.MaxValue, int.MaxValue, int.MaxValue)]
    [InlineData(1 << 30, 1 << 30, 4)]
    [InlineData(0, int.MaxValue, int.MaxValue)]
    [InlineData(1, -1, 0)]
    public void HostTensor_HostileShape_IsRefused(int a, int b, int c) =>
        Assert.Equal("shape", Assert.Throws<ArgumentException>(() => new HostTensor(ElementType.Float32, [a, b, c], ReadOnlyMemory<byte>.Empty)).ParamName);

    [Fact]
    public void KeySelection_RowWithoutKey_IsRefused() =>
        Assert.Equal("indices", Assert.Throws<ArgumentException>(() => new KeySelection(2, 2, [0, 1, -1, -1])).ParamName);

    [Fact]
    public void KeySelection_NegativeSizes_AreRefused() =>
        Assert.Equal("queries", Assert.Throws<ArgumentException>(() => new KeySelection(-1, -1, [0])).ParamName);

    [Fact]
    public void KeySelection_IndexBelowNone_IsRefused() =>
        Assert.Equal("indices", Assert.Throws<ArgumentException>(() => new KeySelection(1, 2, [0, -2])).ParamName);

    [Theory]
    [InlineData(float.NegativeInfinity)]
    [InlineData(1.1f)]
    [InlineData(float.NaN)]
    public void LayoutModulation_StrengthOutOfRange_IsRefused(float strength) =>
        Assert.Equal("strength", Assert.Throws<ArgumentException>(() => new LayoutModulation([1], [1], [strength])).ParamName);
}
