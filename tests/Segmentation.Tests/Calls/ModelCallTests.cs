using Grpc.Core;
using VideoGrain.Media;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Tests.Support;
using VideoGrain.ServiceDefaults.Errors;
using ClipGeometry = VideoGrain.Protos.V1.ClipGeometry;

namespace VideoGrain.Segmentation.Tests.Calls;

/// <summary>Every kind of model through the service, on pictures of coloured squares.</summary>
public sealed class ModelCallTests : IAsyncLifetime
{
    private const int Side = 64;

    private readonly TestModels _models = new();
    private SegmentationFixture _service = null!;

    public async ValueTask InitializeAsync()
    {
        _models.Install("colours", ToyModels.Colours(Side), ToyModels.ColoursProfile("colours", Side));
        _models.Install("wand", ToyModels.WandProfile, ("encoder.onnx", ToyModels.WandEncoder()), ("decoder.onnx", ToyModels.WandDecoder()));
        _models.Install("pose", ToyModels.PoseProfile, ("detector.onnx", ToyModels.PersonDetector()), ("keypoints.onnx", ToyModels.Keypoints(17, _ => 1, _ => (18, 24))));
        _models.Install("raft", ToyModels.Brightening(16, 16), ToyModels.FlowProfile(16, 16));
        _service = new SegmentationFixture($"--Segmentation:ModelsDirectory={_models.Folder}");
        await _service.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _models.Dispose();
    }

    [Fact]
    public async Task SegmentVideo_ClassAndPoints_GoToTheDefaultModelOfEach()
    {
        var header = Header(
            6,
            ("greens", new RegionSource { ObjectClass = new ClassQuery { Name = "green" } }),
            ("early", new RegionSource { Point = new PointQuery { Frame = 0, X = 10, Y = 12 } }),
            ("late", new RegionSource { Box = new BoxQuery { Frame = 5, Left = 40, Top = 40, Right = 60, Bottom = 60 } }));

        var (tensors, summary, _) = await _service.SegmentAsync(header, Frames(6, Scene));

        for (var f = 0; f < 6; f++)
        {
            Assert.Equal((12 * 12) + (10 * 10), Mask(tensors["masks"], 0, f).Count, tolerance: 30);
            Assert.Equal(12 * 12, Mask(tensors["masks"], 1, f).Count, tolerance: 50);
            Assert.Equal(10 * 10, Mask(tensors["masks"], 2, f).Count, tolerance: 40);
        }

        Assert.Equal(["green", "green"], summary.Regions[0].Objects.Select(o => o.ClassName));
        Assert.Equal([0u, 1u], summary.Regions[0].Objects.Select(o => o.Identity));
        Assert.All(summary.Regions.SelectMany(r => r.Objects), o => Assert.Equal((0u, 5u, 6u), (o.FirstFrame, o.LastFrame, o.FoundFrames)));
        Assert.Equal((2u, ""), (summary.Regions[1].Objects.Single().Identity, summary.Regions[1].Objects.Single().ClassName));
        Assert.Equal(0.9, summary.Regions[2].Objects.Single().Score, tolerance: 1e-6);
        Assert.NotNull(summary.ComputeTime);
    }

    [Fact]
    public async Task SegmentVideo_PointToADetectorByName_ChoosesAmongItsObjects()
    {
        var header = Header(2, ("one", new RegionSource { Point = new PointQuery { Frame = 1, X = 12, Y = 12 } }));
        header.Model = "colours";

        var (_, summary, _) = await _service.SegmentAsync(header, Frames(2, Scene));

        Assert.Equal("green", summary.Regions[0].Objects.Single().ClassName);
    }

    [Fact]
    public async Task SegmentVideo_ClassToAPromptableModel_IsRefusedBeforeFramesAreRead()
    {
        var header = Header(2, ("one", new RegionSource { ObjectClass = new ClassQuery { Name = "green" } }));
        header.Model = "wand";

        var error = await _service.FailAsync(header);

        Assert.Equal("header.regions[0].source", error.Violations.Single().Field);
        Assert.Contains("points and boxes only", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SegmentVideo_UnknownClass_IsRefusedBeforeFramesAreRead()
    {
        var error = await _service.FailAsync(Header(2, ("one", new RegionSource { ObjectClass = new ClassQuery { Name = "mauve" } })));

        Assert.Contains("it knows green, blue", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SegmentVideo_PointOnNothingItCanName_SaysWhere()
    {
        // The wand's own answer to a point is always something; a least area that no object reaches leaves nothing.
        var header = Header(1, ("one", new RegionSource { Point = new PointQuery { X = 12, Y = 12 } }));
        header.MinArea = 1;

        var error = await _service.FailAsync(header, Frames(1, Scene));

        Assert.Equal((StatusCode.InvalidArgument, ErrorReasons.RegionEmpty), (error.Code, error.Reason));
        Assert.Equal("header.regions[0].source.point", error.Violations.Single().Field);
    }

    [Fact]
    public async Task SegmentVideo_CleanUpAndLeastArea_AreTheCallersToSay()
    {
        // A square with a hole, and a speck.
        static void Draw(Frame frame, int _)
        {
            Fill(frame, 10, 10, 20, new Colour(0, 255, 0));
            Fill(frame, 18, 18, 3, new Colour(255, 0, 0));
            Fill(frame, 50, 50, 4, new Colour(0, 255, 0));
        }

        var header = Header(1, ("all", new RegionSource { ObjectClass = new ClassQuery { Name = "green" } }));
        header.CleanUpRadius = 0;
        header.MinArea = 0;
        var (raw, _, _) = await _service.SegmentAsync(header, Frames(1, Draw));
        header.CleanUpRadius = 2;
        header.MinArea = 0.01;
        var (tidy, summary, _) = await _service.SegmentAsync(header, Frames(1, Draw));

        Assert.Equal(400 - 9 + 16, Mask(raw["masks"], 0, 0).Count);
        Assert.Equal(400, Mask(tidy["masks"], 0, 0).Count);
        Assert.Single(summary.Regions[0].Objects);
    }

    [Fact]
    public async Task SegmentVideo_OptionsOutOfRange_AreNamed()
    {
        var header = Header(1, ("all", new RegionSource { WholeFrame = new() }));
        header.CleanUpRadius = 33;
        header.MinArea = double.NaN;

        var error = await _service.FailAsync(header);

        Assert.Equal(["header.clean_up_radius", "header.min_area"], error.Violations.Select(v => v.Field));
    }

    [Fact]
    public async Task SegmentVideo_ModelThatIsReplacedByADamagedOne_GoesOnWithTheOldOneAndReportsIt()
    {
        var header = Header(1, ("all", new RegionSource { ObjectClass = new ClassQuery { Name = "green" } }));
        await _service.SegmentAsync(header, Frames(1, Scene));
        _models.Install("colours", [8, 8, 8], ToyModels.ColoursProfile("colours", Side));

        var (_, summary, _) = await _service.SegmentAsync(header, Frames(1, Scene));
        var listed = await _service.Client.ListModelsAsync(new(), deadline: SegmentationFixture.Deadline);

        Assert.Equal(2, summary.Regions[0].Objects.Count);
        var problem = Assert.Single(listed.Problems);
        Assert.Equal(("colours", "colours", true), (problem.Folder, problem.Model, problem.Serving));
    }

    [Fact]
    public async Task EstimateControl_Pose_DrawsThePersonInEveryFrame()
    {
        using var call = _service.Client.EstimateControl(deadline: SegmentationFixture.Deadline);
        await call.SendAsync(
            [new() { Header = new EstimateControlHeader { Type = ControlType.Pose, Geometry = Geometry(2) } }, .. Frames(2, Scene).Chunks().Select(c => new EstimateControlRequest { Tensor = c })]);
        var responses = await call.ResponseStream.ReadAllAsync().ToListAsync();

        var control = Tensor.Join(responses.Where(r => r.Tensor != null).Select(r => r.Tensor))["control"];
        Assert.Equal("pose", responses[^1].Summary.Model);

        // All points lie in one place, at (20, 12) of the detector's 32 x 32.
        foreach (var frame in control.Data.Chunk(Side * Side * 3))
            Assert.True(frame[((24 * Side) + 40) * 3] + frame[(((24 * Side) + 40) * 3) + 1] + frame[(((24 * Side) + 40) * 3) + 2] > 0);
    }

    [Fact]
    public async Task EstimateFlow_ByName_UsesTheModel()
    {
        static void Draw(Frame frame, int f) => Fill(frame, 0, 0, Side, new Colour((byte)(f * 2), (byte)(f * 2), (byte)(f * 2)));
        using var call = _service.Client.EstimateFlow(deadline: SegmentationFixture.Deadline);
        await call.SendAsync(
            [new() { Header = new EstimateFlowHeader { Model = "raft", Geometry = Geometry(3) } }, .. Frames(3, Draw).Chunks(1000).Select(c => new EstimateFlowRequest { Tensor = c })]);
        var responses = await call.ResponseStream.ReadAllAsync().ToListAsync();

        var flow = Tensor.Join(responses.Where(r => r.Tensor != null).Select(r => r.Tensor))["flow"];
        Assert.Equal([2L, Side, Side, 2], flow.Shape);
        Assert.All(flow.Floats().Chunk(2), d => Assert.Equal((8, -4), (MathF.Round(d[0]), MathF.Round(d[1]))));
        Assert.Equal("raft", responses[^1].Summary.Model);
    }

    [Fact]
    public async Task ListModels_EveryKind_TellsWhatEachIsFor()
    {
        var models = (await _service.Client.ListModelsAsync(new(), deadline: SegmentationFixture.Deadline)).Models.ToDictionary(m => m.Name);

        Assert.True(models["wand"] is { Promptable: true, Task: PerceptionTask.Segmentation, IsDefault: true, Classes.Count: 0 });
        Assert.Equal([ControlType.Pose], models["pose"].ControlTypes);
        Assert.Equal((PerceptionTask.Flow, false), (models["raft"].Task, models["raft"].IsDefault));
        Assert.True(models["pyramidal-flow"].IsDefault);
        Assert.Equal(["green", "blue"], models["colours"].Classes);

        // What results are cached by: known of every model as soon as the service is ready.
        Assert.All(models.Values, m => Assert.Matches("^[0-9a-f]{64}$", m.Digest));
        Assert.Equal(4, new[] { "wand", "pose", "raft", "colours" }.Select(name => models[name].Digest).Distinct().Count());
    }

    private static ClipGeometry Geometry(int frames) => new() { FrameCount = (uint)frames, Height = Side, Width = Side };

    private static SegmentVideoHeader Header(int frames, params (string Id, RegionSource Source)[] regions)
    {
        var header = new SegmentVideoHeader { Geometry = Geometry(frames) };
        header.Regions.AddRange(regions.Select(r => new SegmentRegion { Id = r.Id, Source = r.Source }));
        return header;
    }

    // On red: a green square that goes right, and a smaller, darker one that goes up.
    private static void Scene(Frame frame, int f)
    {
        Fill(frame, 6 + f, 8, 12, new Colour(0, 255, 0));
        Fill(frame, 44, 50 - f, 10, new Colour(0, 110, 0));
    }

    private static Tensor Frames(int count, Action<Frame, int> draw)
    {
        var bytes = new List<byte>();
        for (var f = 0; f < count; f++)
        {
            var frame = new Frame(Side, Side, new Colour(255, 0, 0));
            draw(frame, f);
            bytes.AddRange(frame.Rgb);
        }

        return Tensor.Bytes("frames", [.. bytes], count, Side, Side, 3);
    }

    private static void Fill(Frame frame, int left, int top, int side, Colour colour)
    {
        for (var y = top; y < top + side; y++)
        {
            for (var x = left; x < left + side; x++)
                frame[x, y] = colour;
        }
    }

    private static Mask Mask(Tensor masks, int region, int frame)
    {
        var (frames, pixels) = ((int)masks.Shape[1], Side * Side);
        return new Mask(Side, Side, masks.Data.AsSpan(((region * frames) + frame) * pixels, pixels).ToArray());
    }
}
