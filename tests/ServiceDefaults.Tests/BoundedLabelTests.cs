using VideoGrain.ServiceDefaults.Security;
using VideoGrain.ServiceDefaults.Telemetry;
using MsOptions = Microsoft.Extensions.Options.Options;

namespace VideoGrain.ServiceDefaults.Tests;

/// <summary>What comes from outside cannot make series without end.</summary>
public sealed class BoundedLabelTests
{
    [Fact]
    public void Label_MoreValuesThanRoom_SharesOne()
    {
        var label = new BoundedLabel(2, "other", _ => true);

        Assert.Equal(["a", "b", "other", "a", "other"], new[] { "a", "b", "c", "a", "d" }.Select(label.Of));
    }

    [Theory]
    [InlineData("STAGE_BUSY", "STAGE_BUSY")]
    [InlineData("", "")]
    [InlineData("stage busy", "OTHER")]
    [InlineData("A\n# EOF", "OTHER")]
    [InlineData("ÄÖ", "OTHER")]
    public void Reason_OfAnyForm_IsAStableReasonOrOther(string reason, string expected) => Assert.Equal(expected, BoundedLabel.Reasons().Of(reason));

    [Fact]
    public void Reasons_FromManyThreads_StayFew()
    {
        var label = BoundedLabel.Reasons();
        var values = Enumerable.Range(0, 20_000).AsParallel().Select(i => label.Of($"REASON_{i}")).Distinct().ToList();

        Assert.InRange(values.Count, 2, 65);
        Assert.Contains("OTHER", values);
    }

    [Fact]
    public void Callers_BeyondTheLimit_AreOther()
    {
        var auth = new AuthOptions { Callers = { ["zoe"] = new CallerCredential() } };
        var labels = new CallerLabels(MsOptions.Create(new TelemetryOptions { MaxCallers = 3 }), MsOptions.Create(auth));
        var hostile = Enumerable.Range(0, 1000).Select(i => labels.Of($"caller-{i}\n{new string('x', i)}")).ToHashSet();

        Assert.Equal(["other"], hostile);
        Assert.Equal(["ann", "bob", "other", "zoe"], new[] { "ann", "bob", "cid", "zoe" }.Select(labels.Of));
    }
}
