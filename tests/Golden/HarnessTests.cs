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
    public void Precision_AllowsWhatStepsLeadTo_MoreThanOnePass()
    {
        using var golden = Case("{}");
        var half = new GoldenReport(new PrecisionBounds(Pass: 0.01, Run: 0.1));
        var narrow = new Tolerance(1e-3, 0);
        half.Compare(golden, "x", [1.009f], [1], narrow);
        half.CompareNorm(golden, "x", [1.009f], [1], 1e-3);
        half.CompareRun(golden, "x", [1.09f], [1], narrow);
        half.CompareRun(golden, "x", [1.09f], [1], 1e-3);

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => half.Compare(golden, "x", [1.02f], [1], narrow));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => half.CompareNorm(golden, "x", [1.02f], [1], 1e-3));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => half.CompareRun(golden, "x", [1.2f], [1], narrow));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => half.CompareRun(golden, "x", [1.2f], [1], 1e-3));
    }

    [Fact]
    public void CompareFrames_LevelsMoreThanOneOff_OrManyOneOff_Fail()
    {
        using var golden = Case("{}");
        var half = new GoldenReport(PrecisionBounds.Float16);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => _report.CompareFrames(golden, "x", [100, 102, 100, 100], [100, 100, 100, 100], rare: 0.5));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => _report.CompareFrames(golden, "x", [101, 101, 101, 100], [100, 100, 100, 100], rare: 0.5));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => half.CompareFrames(golden, "x", [200, 200, 200, 200], [100, 100, 100, 100], rare: 0.5));
        _report.CompareFrames(golden, "x", [100, 99, 101, 100], [100, 100, 100, 100], rare: 0.5);
        half.CompareFrames(golden, "x", [100, 102, 99, 100], [100, 100, 100, 100], rare: 0);
    }

    [Fact]
    public void CompareLabels_AnotherLabel_Fails_AndInHalfPrecisionManyDo()
    {
        using var golden = Case("{}");
        int[] labels = [.. Enumerable.Range(0, 100)];
        int[] oneOff = [1, .. labels[1..]];
        var half = new GoldenReport(PrecisionBounds.Float16);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => _report.CompareLabels(golden, "x", oneOff, labels));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => half.CompareLabels(golden, "x", [.. labels.Reverse()], labels));
        half.CompareLabels(golden, "x", oneOff, labels);
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
