using System.Text.Json;

namespace VideoGrain.Golden;

/// <summary>The harness must not let a wrong number through.</summary>
public sealed class HarnessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("videograin-golden-").FullName;
    private readonly GoldenReport _report = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(1.2f)]
    public void Compare_ValueOutsideTheTolerance_Fails(float actual)
    {
        using var golden = Case("""{"tolerance":{"atol":0.1,"rtol":0.01}}""");
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => _report.Compare(golden, "x", [actual], [1]));
        _report.Compare(golden, "x", [1.1f], [1]);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(2f)]
    public void CompareNorm_ErrorAboveTheBound_Fails(float actual)
    {
        using var golden = Case("{}");
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => _report.CompareNorm(golden, "x", [actual, 1], [1, 1], 1e-3));
    }

    [Fact]
    public void Compare_OtherLength_Fails()
    {
        using var golden = Case("""{"tolerance":"exact"}""");
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => _report.Compare(golden, "x", [1], [1, 1]));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => _report.CompareExact(golden, "x", [1], [1, 1]));
    }

    [Fact]
    public void Tolerance_UnknownForm_IsNotGuessedAt() =>
        Assert.Throws<NotSupportedException>(() => Tolerance.Parse(JsonDocument.Parse("\"roughly\"").RootElement));

    private GoldenCase Case(string json)
    {
        File.WriteAllText(Path.Combine(_folder, GoldenCase.CaseFile), json);
        return GoldenCase.Open(_folder);
    }
}
