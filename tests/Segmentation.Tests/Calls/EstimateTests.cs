using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Tests.Support;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Segmentation.Tests.Calls;

public sealed class EstimateTests(SegmentationFixture service) : IClassFixture<SegmentationFixture>
{
    [Theory]
    [InlineData(ControlType.Canny, "canny")]
    [InlineData(ControlType.SoftEdge, "soft-edge")]
    public async Task EstimateControl_BuiltIn_DrawsEveryFrame(ControlType type, string model)
    {
        var (tensors, summary) = await ControlAsync(new EstimateControlHeader { Type = type, Geometry = TestClip.Geometry }, TestClip.FramesTensor);

        var control = tensors["control"];
        Assert.Equal([TestClip.Count, TestClip.Side, TestClip.Side, 3L], control.Shape);
        Assert.Equal(model, summary.Model);
        foreach (var frame in control.Data.Chunk(control.Data.Length / TestClip.Count))
        {
            Assert.Contains(frame, b => b == 255);
            Assert.Equal(0, frame[((20 * TestClip.Side) + 64) * 3] & 0x80);
        }
    }

    [Fact]
    public async Task EstimateControl_CannyThresholds_AreUsed()
    {
        var header = new EstimateControlHeader { Type = ControlType.Canny, Geometry = TestClip.Geometry };
        var (usual, _) = await ControlAsync(header, TestClip.FramesTensor);
        header.CannyLow = 20;
        header.CannyHigh = 60;
        var (sensitive, _) = await ControlAsync(header, TestClip.FramesTensor);

        Assert.True(sensitive["control"].Data.Count(b => b == 255) > usual["control"].Data.Count(b => b == 255));
    }

    [Theory]
    [InlineData(ControlType.Depth, StatusCode.FailedPrecondition, ErrorReasons.ModelNotLoaded)]
    [InlineData(ControlType.Pose, StatusCode.FailedPrecondition, ErrorReasons.ModelNotLoaded)]
    [InlineData(ControlType.None, StatusCode.InvalidArgument, ErrorReasons.FieldRequired)]
    [InlineData((ControlType)99, StatusCode.InvalidArgument, ErrorReasons.FieldRequired)]
    public async Task EstimateControl_WithoutAnEstimator_SaysSo(ControlType type, StatusCode code, string reason)
    {
        var error = await WholeCalls.FailureOf(() => ControlAsync(new EstimateControlHeader { Type = type, Geometry = TestClip.Geometry }));

        Assert.Equal((code, reason), (error.Code, error.Reason));
    }

    [Fact]
    public async Task EstimateControl_BadThresholds_NameTheFields()
    {
        var header = new EstimateControlHeader { Type = ControlType.Canny, Geometry = TestClip.Geometry, CannyLow = 300, CannyHigh = double.NaN };

        var error = await WholeCalls.FailureOf(() => ControlAsync(header));

        Assert.Equal(["header.canny_low", "header.canny_high", "header.canny_high"], error.Violations.Select(v => v.Field));
    }

    [Fact]
    public async Task EstimateControl_FramesOfAnotherSize_AreRefused()
    {
        var header = new EstimateControlHeader { Type = ControlType.Canny, Geometry = new ClipGeometry { FrameCount = 8, Height = 64, Width = 64 } };

        var error = await WholeCalls.FailureOf(() => ControlAsync(header, TestClip.FramesTensor));

        Assert.Equal(ErrorReasons.TensorShapeMismatch, error.Reason);
    }

    [Fact]
    public async Task EstimateFlow_ToyboxClip_IsCloseToTheTruth()
    {
        var header = new EstimateFlowHeader { Geometry = new ClipGeometry { FrameCount = 2, Height = TestClip.Side, Width = TestClip.Side } };
        var frames = Tensor.Bytes("frames", [.. TestClip.Frames.Take(2).SelectMany(f => f.Rgb)], 2, TestClip.Side, TestClip.Side, 3);
        using var call = service.Client.EstimateFlow(deadline: SegmentationFixture.Deadline);
        await call.SendAsync([new() { Header = header }, .. frames.Chunks().Select(c => new EstimateFlowRequest { Tensor = c })]);
        var responses = await call.ResponseStream.ReadAllAsync().ToListAsync();
        var tensors = Tensor.Join(responses.Where(r => r.Tensor != null).Select(r => r.Tensor));

        Assert.Equal([1L, TestClip.Side, TestClip.Side, 2], tensors["flow"].Shape);
        Assert.Equal([1L, TestClip.Side, TestClip.Side], tensors["visible"].Shape);
        var flow = tensors["flow"].Floats();
        var truth = TestClip.Flow[0].Displacement;
        Assert.InRange(Enumerable.Range(0, flow.Length / 2).Average(i => float.Hypot(flow[2 * i] - truth[2 * i], flow[(2 * i) + 1] - truth[(2 * i) + 1])), 0, 0.3);
        Assert.InRange(tensors["visible"].Data.Average(b => b), 0.95, 1);
        Assert.Equal("pyramidal-flow", responses[^1].Summary.Model);
    }

    [Theory]
    [InlineData(1u, "", StatusCode.InvalidArgument, ErrorReasons.FrameLimitExceeded)]
    [InlineData(2u, "raft", StatusCode.NotFound, ErrorReasons.ModelNotFound)]
    public async Task EstimateFlow_OneFrameOrUnknownModel_IsRefused(uint frames, string model, StatusCode code, string reason)
    {
        var error = await WholeCalls.FailureOf(async () =>
        {
            using var call = service.Client.EstimateFlow(deadline: SegmentationFixture.Deadline);
            await call.SendAsync(
                [new() { Header = new EstimateFlowHeader { Model = model, Geometry = new ClipGeometry { FrameCount = frames, Height = 8, Width = 8 } } }]);
            await call.ResponseStream.ReadAllAsync().ToListAsync();
        });

        Assert.Equal((code, reason), (error.Code, error.Reason));
    }

    private async Task<(IReadOnlyDictionary<string, Tensor> Tensors, EstimateControlSummary Summary)> ControlAsync(
        EstimateControlHeader header, params Tensor[] tensors)
    {
        using var call = service.Client.EstimateControl(deadline: SegmentationFixture.Deadline);
        await call.SendAsync([new() { Header = header }, .. tensors.SelectMany(t => t.Chunks()).Select(c => new EstimateControlRequest { Tensor = c })]);
        var responses = await call.ResponseStream.ReadAllAsync().ToListAsync();
        return (Tensor.Join(responses.Where(r => r.Tensor != null).Select(r => r.Tensor)), responses[^1].Summary);
    }
}
