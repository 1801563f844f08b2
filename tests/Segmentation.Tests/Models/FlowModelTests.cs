using VideoGrain.Media;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Tests.Support;

namespace VideoGrain.Segmentation.Tests.Models;

/// <summary>The flow decoder on a network whose flow is the difference in brightness.</summary>
public sealed class FlowModelTests : IDisposable
{
    private readonly TestModels _models = new();
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public void Estimate_FrameTwiceAsLarge_ScalesTheDisplacement()
    {
        Install();
        using var raft = _models.Take(Decoders.Flow);

        var flow = raft.Model.Estimate(Grey(10), Grey(13), _cancellation);

        Assert.Equal((48, 32), (flow.Width, flow.Height));
        Assert.Equal(6, flow.Displacement[0], tolerance: 1e-3);
        Assert.Equal(-3, flow.Displacement[1], tolerance: 1e-3);

        // There and back agree, so all is visible that stays in the frame.
        Assert.True(flow.Visible[(10 * 48) + 20]);
        Assert.False(flow.Visible[(10 * 48) + 45]);
        Assert.False(flow.Visible[(1 * 48) + 20]);
    }

    [Fact]
    public void Estimate_CoarseFlow_IsBroughtToTheFramesSize()
    {
        Install(ToyModels.FlowProfile(16, 24).Replace("flow: flow", "flow: low", StringComparison.Ordinal));
        using var raft = _models.Take(Decoders.Flow);

        Assert.Equal(3 * 48, raft.Model.Estimate(Grey(10), Grey(13), _cancellation).Displacement[0], tolerance: 1e-3);
    }

    [Fact]
    public void Estimate_FlowThatIsNotFinite_NamesTheTensor()
    {
        Install(ToyModels.FlowProfile(16, 24).Replace("range: 255", "range: 255, std: [1.0e-38, 1.0e-38, 1.0e-38]", StringComparison.Ordinal));
        using var raft = _models.Take(Decoders.Flow);

        var error = Assert.Throws<ModelProfileException>(() => raft.Model.Estimate(Grey(0), Grey(255), _cancellation));

        Assert.Contains("'flow' (flow) holds values that are not finite", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("next: \"1\", ", "", "flow needs input.next")]
    [InlineData("next: \"1\"", "next: \"2\"", "has no input '2'")]
    [InlineData("flow: flow", "flow: high", "has no output 'high'")]
    public void Take_ModelUnlikeItsProfile_NamesTheTensor(string good, string bad, string named)
    {
        Install(ToyModels.FlowProfile(16, 24).Replace(good, bad, StringComparison.Ordinal));

        Assert.Contains(named, Assert.Throws<ModelProfileException>(() => _models.Take(Decoders.Flow)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _models.Dispose();

    private void Install(string? profile = null) => _models.Install("raft", ToyModels.Brightening(16, 24), profile ?? ToyModels.FlowProfile(16, 24));

    private static Frame Grey(byte value) => new(48, 32, new Colour(value, value, value));
}
