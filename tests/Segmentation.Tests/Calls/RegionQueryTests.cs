using Grpc.Core;
using VideoGrain.Media;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Regions;
using VideoGrain.Segmentation.Tests.Support;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Segmentation.Tests.Calls;

public sealed class RegionQueryTests(SegmentationFixture service) : IClassFixture<SegmentationFixture>
{
    private static readonly RegionSource Moon = new() { ObjectClass = new ClassQuery { Name = "moon" } };

    [Fact]
    public async Task SegmentVideo_EveryKindOfQuery_FindsItsObjectInEveryFrame()
    {
        var header = TestClip.Header(
            ("class", Moon),
            ("instance", new RegionSource { Instance = new InstanceQuery { ClassName = "square", Index = 0 } }),
            ("point", new RegionSource { Point = new PointQuery { Frame = 7, X = 25, Y = 77 } }),
            ("box", new RegionSource { Box = new BoxQuery { Frame = 3, Left = 65, Top = 50, Right = 115, Bottom = 105 } }),
            ("text", new RegionSource { Text = new TextQuery { Text = "the white squares" } }),
            ("rest", new RegionSource { Background = new() }));

        var (tensors, summary, progress) = await service.SegmentAsync(header, TestClip.FramesTensor);

        var (moon, square, grass) = (TestClip.Masks("obj0"), TestClip.Masks("obj1"), TestClip.Masks("background"));
        foreach (var (index, truth) in new[] { moon, square, moon, square, square, grass }.Index())
        {
            for (var f = 0; f < TestClip.Count; f++)
                Assert.InRange(MaskGeometry.IntersectionOverUnion(Mask(tensors["masks"], index, f), truth[f]), 0.9, 1);
        }

        Assert.All(summary.Regions.Take(5), r => Assert.InRange(r.Confidence, 0.6, 1));
        Assert.Equal(TestClip.Count + 6, progress);
    }

    [Theory]
    [InlineData("header.regions[0].source.object_class.name", ErrorReasons.FieldInvalid, "circle, square")]
    [InlineData("header.regions[1].source.object_class.name", ErrorReasons.RegionEmpty, "1 moon")]
    [InlineData("header.regions[2].source.instance.index", ErrorReasons.RegionEmpty, "beyond the 1")]
    [InlineData("header.regions[3].source.point", ErrorReasons.RegionEmpty, "no object is at (2, 2)")]
    [InlineData("header.regions[4].source.box", ErrorReasons.RegionEmpty, "no object is in the box")]
    [InlineData("header.regions[5].source.text.text", ErrorReasons.FieldInvalid, "names no class")]
    public async Task SegmentVideo_NothingFits_SaysWhatThereIs(string field, string reason, string says)
    {
        RegionSource[] sources =
        [
            new() { ObjectClass = new ClassQuery { Name = "elephant" } },
            new() { ObjectClass = new ClassQuery { Name = "heart" } },
            new() { Instance = new InstanceQuery { ClassName = "moon", Index = 1 } },
            new() { Point = new PointQuery { X = 2, Y = 2 } },
            new() { Box = new BoxQuery { Left = 0, Top = 0, Right = 10, Bottom = 10 } },
            new() { Text = new TextQuery { Text = "a polar bear" } },
        ];
        var index = field["header.regions[".Length] - '0';
        var header = TestClip.Header([.. sources.Select((s, i) => ($"r{i}", i == index ? s : Moon))]);
        header.Geometry.FrameCount = 1;
        var frame = Tensor.Bytes("frames", TestClip.Frames[0].Rgb, 1, TestClip.Side, TestClip.Side, 3);

        var error = await service.FailAsync(header, frame);

        Assert.Equal((StatusCode.InvalidArgument, reason), (error.Code, error.Reason));
        Assert.Equal(field, error.Violations.Single().Field);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two white squares and a moon", true)]
    [InlineData("SQUARE", true)]
    [InlineData("the squarish thing", false)]
    [InlineData("a cross-square", true)]
    public async Task SegmentVideo_Text_NamesClassesByWord(string text, bool finds)
    {
        var header = TestClip.Header(("a", new RegionSource { Text = new TextQuery { Text = text } }));
        header.Geometry.FrameCount = 1;
        var frame = Tensor.Bytes("frames", TestClip.Frames[0].Rgb, 1, TestClip.Side, TestClip.Side, 3);

        if (finds)
            Assert.Contains((await service.SegmentAsync(header, frame)).Summary.Regions[0].Objects, o => o.ClassName == "square");
        else
            Assert.Equal(ErrorReasons.FieldInvalid, (await service.FailAsync(header, frame)).Reason);
    }

    [Fact]
    public async Task SegmentVideo_UnknownModel_ListsTheKnownOnes()
    {
        var header = TestClip.Header(("a", Moon));
        header.Model = "gigantic";

        var error = await service.FailAsync(header, TestClip.FramesTensor);

        Assert.Equal((StatusCode.NotFound, ErrorReasons.ModelNotFound), (error.Code, error.Reason));
        Assert.Contains("toybox-segmenter", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SegmentVideo_NoModelInstalled_SaysSo()
    {
        var empty = Directory.CreateTempSubdirectory("videograin-models-");
        await using var bare = new SegmentationFixture($"--Segmentation:ModelsDirectory={empty.FullName}");
        await bare.InitializeAsync();

        var error = await bare.FailAsync(TestClip.Header(("a", Moon)), TestClip.FramesTensor);

        Assert.Equal((StatusCode.FailedPrecondition, ErrorReasons.ModelNotLoaded), (error.Code, error.Reason));
        empty.Delete(recursive: true);
    }

    [Fact]
    public async Task SegmentVideo_MoreCallsThanSlots_AreAnsweredBusy()
    {
        await using var narrow = new SegmentationFixture("--Segmentation:MaxConcurrentJobs=1");
        await narrow.InitializeAsync();
        using var first = narrow.Client.SegmentVideo(deadline: SegmentationFixture.Deadline);
        await first.RequestStream.WriteAsync(new SegmentVideoRequest { Header = TestClip.Header(("a", Moon)) });
        await narrow.UntilAsync(busy: true);

        var error = await narrow.FailAsync(TestClip.Header(("a", Moon)), TestClip.FramesTensor);

        Assert.Equal((StatusCode.ResourceExhausted, ErrorReasons.StageBusy), (error.Code, error.Reason));
        Assert.NotNull(error.RetryAfter);
    }

    [Fact]
    public async Task SegmentVideo_Cancelled_FreesItsSlot()
    {
        await using var narrow = new SegmentationFixture("--Segmentation:MaxConcurrentJobs=1");
        await narrow.InitializeAsync();
        using var cancel = new CancellationTokenSource();
        using (var call = narrow.Client.SegmentVideo(deadline: SegmentationFixture.Deadline, cancellationToken: cancel.Token))
        {
            await call.SendAsync(
                [new() { Header = TestClip.Header(("a", Moon)) }, .. TestClip.FramesTensor.Chunks().Select(c => new SegmentVideoRequest { Tensor = c })]);
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            await cancel.CancelAsync();
            var error = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.ReadAllAsync().ToListAsync());
            Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        }

        await narrow.UntilAsync(busy: false);
    }

    [Fact]
    public async Task ListModels_WithTheToyboxModel_TellsItsClasses()
    {
        var all = (await service.Client.ListModelsAsync(new(), deadline: SegmentationFixture.Deadline)).Models;
        var found = (await service.Client.ListModelsAsync(
            new() { Task = PerceptionTask.Segmentation }, deadline: SegmentationFixture.Deadline)).Models.Single();

        Assert.Equal(["canny", "pyramidal-flow", "soft-edge", "toybox-segmenter"], all.Select(m => m.Name));
        Assert.True(found.IsDefault);
        Assert.Equal(10, found.Classes.Count);
        Assert.Contains("hat", found.Classes);
        Assert.DoesNotContain("background", found.Classes);
    }

    [Fact]
    public async Task GetCapabilities_Always_TellsTheLimits()
    {
        var capabilities = await service.Client.GetCapabilitiesAsync(new(), deadline: SegmentationFixture.Deadline);

        Assert.Equal(512u, capabilities.Limits.MaxFrames);
        Assert.Equal(1u << 20, capabilities.Limits.MaxChunkBytes);
        Assert.NotEmpty(capabilities.Build.Version);
    }

    [Fact]
    public async Task Http_Probes_AreServed()
    {
        using var http = new HttpClient { BaseAddress = service.Http, Timeout = TimeSpan.FromSeconds(20) };

        Assert.True((await http.GetAsync(new Uri("/readyz", UriKind.Relative))).IsSuccessStatusCode);
        Assert.Contains("# TYPE", await http.GetStringAsync(new Uri("/metrics", UriKind.Relative)), StringComparison.Ordinal);
    }

    private static Mask Mask(Tensor masks, int region, int frame)
    {
        const int Pixels = TestClip.Side * TestClip.Side;
        return new Mask(TestClip.Side, TestClip.Side, masks.Data.AsSpan(((region * TestClip.Count) + frame) * Pixels, Pixels).ToArray());
    }
}
