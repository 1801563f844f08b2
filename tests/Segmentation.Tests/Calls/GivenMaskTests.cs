using System.Globalization;
using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Tests.Support;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Segmentation.Tests.Calls;

public sealed class GivenMaskTests(SegmentationFixture service) : IClassFixture<SegmentationFixture>
{
    private static readonly RegionSource Given = new() { Mask = new GivenMask { Name = "any" } };

    [Fact]
    public async Task SegmentVideo_MaskPerFrame_ComesBackAsItWas()
    {
        var header = Small(frames: 3, ("left", Given), ("rest", new RegionSource { Background = new() }));
        header.LayoutRows = 2;
        header.LayoutColumns = 4;

        var (tensors, summary, progress) = await service.SegmentAsync(header, LeftHalf("masks/left", frames: 3, rows: 4, columns: 8));

        var masks = tensors["masks"];
        Assert.Equal([2L, 3, 4, 8], masks.Shape);
        Assert.Equal("11110000", Row(masks, region: 0, frame: 2, row: 3));
        Assert.Equal("00001111", Row(masks, region: 1, frame: 0, row: 0));
        Assert.Equal([2L, 3, 2, 4], tensors["layouts"].Shape);
        Assert.Equal("1100", Row(tensors["layouts"], region: 0, frame: 1, row: 1));
        Assert.Equal(["left", "rest"], summary.Regions.Select(r => r.RegionId));
        Assert.Equal([0.5, 0.5, 0.5], summary.Regions[0].Coverage);
        Assert.Equal(1, summary.Regions[0].Confidence);
        Assert.True(progress > 0);
    }

    [Fact]
    public async Task SegmentVideo_OneMaskOfAnotherSize_IsResampledForEveryFrame()
    {
        var (tensors, _, _) = await service.SegmentAsync(Small(frames: 4, ("left", Given)), LeftHalf("masks/left", frames: 1, rows: 16, columns: 32));

        Assert.Equal([1L, 4, 4, 8], tensors["masks"].Shape);
        Assert.All(Enumerable.Range(0, 4), f => Assert.Equal("11110000", Row(tensors["masks"], 0, f, 2)));
    }

    [Fact]
    public async Task SegmentVideo_Grow_WidensTheRegionAndTakesFromTheBackground()
    {
        var grown = Given.Clone();
        grown.Grow = 2;
        var header = Small(frames: 1, ("left", grown), ("rest", new RegionSource { Background = new() }));

        var (tensors, _, _) = await service.SegmentAsync(header, LeftHalf("masks/left", frames: 1, rows: 4, columns: 8));

        Assert.Equal("11111100", Row(tensors["masks"], region: 0, frame: 0, row: 1));
        Assert.Equal("00000011", Row(tensors["masks"], region: 1, frame: 0, row: 1));
    }

    [Fact]
    public async Task SegmentVideo_WholeFrame_HoldsEveryPixel()
    {
        var (tensors, _, _) = await service.SegmentAsync(Small(frames: 2, ("all", new RegionSource { WholeFrame = new() })));

        Assert.Equal([1L, 2, 4, 8], tensors["masks"].Shape);
        Assert.All(tensors["masks"].Data, b => Assert.Equal(1, b));
    }

    [Theory]
    [InlineData(0u, 128, true)]
    [InlineData(0u, 127, false)]
    [InlineData(1u, 1, true)]
    [InlineData(255u, 254, false)]
    public async Task SegmentVideo_Threshold_DecidesWhatIsInside(uint threshold, byte value, bool inside)
    {
        var data = new byte[32];
        Array.Fill(data, value);
        data[31] = 255;
        var header = Small(frames: 1, ("r", new RegionSource { Mask = new GivenMask { Threshold = threshold } }));

        var (tensors, _, _) = await service.SegmentAsync(header, Tensor.Bytes("masks/r", data, 1, 4, 8));

        Assert.Equal(inside ? 32 : 1, tensors["masks"].Data.Sum(b => b));
    }

    [Fact]
    public async Task SegmentVideo_OverlapAndEmptyFrames_AreWarnedAbout()
    {
        var half = LeftHalf("masks/a", frames: 2, rows: 4, columns: 8);
        var second = LeftHalf("masks/b", frames: 2, rows: 4, columns: 8);
        Array.Clear(second.Data, 0, 32);

        var (_, summary, _) = await service.SegmentAsync(Small(frames: 2, ("a", Given), ("b", Given)), half, second);

        Assert.Equal(["covered in part by region 'b', which lies on top, in frames 1"], summary.Regions[0].Warnings);
        Assert.Equal(["empty in frames 0"], summary.Regions[1].Warnings);
    }

    [Fact]
    public async Task SegmentVideo_ManySmallChunks_ArePutTogether()
    {
        var header = Small(frames: 2, ("r", Given));
        var tensor = LeftHalf("masks/r", frames: 2, rows: 64, columns: 128);
        using var call = service.Client.SegmentVideo(deadline: SegmentationFixture.Deadline);

        await call.SendAsync([new() { Header = header }, .. tensor.Chunks(chunkBytes: 80).Select(c => new SegmentVideoRequest { Tensor = c })]);
        var responses = await call.ResponseStream.ReadAllAsync().ToListAsync();

        Assert.Equal(32, responses.Where(r => r.Tensor != null).Sum(r => r.Tensor.Data.Sum(b => b)));
    }

    [Fact]
    public async Task SegmentVideo_EverythingWrong_IsReportedAtOnce()
    {
        var header = new SegmentVideoHeader
        {
            JobId = new string('j', 129),
            Geometry = new ClipGeometry { FrameCount = 100_000, Height = 4, Width = 0 },
            LayoutRows = 4,
            Regions =
            {
                new SegmentRegion { Id = "ü", Source = Given },
                new SegmentRegion { Id = "twice", Source = new RegionSource { Mask = new GivenMask { Threshold = 256 } } },
                new SegmentRegion { Id = "twice" },
                new SegmentRegion { Id = "p", Source = new RegionSource { Point = new PointQuery { Frame = 100_000, X = double.NaN } } },
                new SegmentRegion { Id = "b", Source = new RegionSource { Box = new BoxQuery { Left = 3, Right = 2, Top = 0, Bottom = 1 } } },
                new SegmentRegion { Id = "g", Source = new RegionSource { Mask = new GivenMask(), Grow = 257 } },
                new SegmentRegion { Id = "w", Source = new RegionSource { WholeFrame = new(), Grow = 1 } },
                new SegmentRegion { Id = "n", Source = new RegionSource { Noun = new NounQuery { Noun = "man" } } },
            },
        };

        var error = await service.FailAsync(header);

        Assert.Equal(StatusCode.InvalidArgument, error.Code);
        string[] expected =
        [
            "header.job_id", "header.geometry.frame_count", "header.geometry", "header.layout_rows", "header.regions[0].id",
            "header.regions[1].source.mask.threshold", "header.regions[2].id", "header.regions[2].source",
            "header.regions[3].source.point.frame", "header.regions[3].source.point.x", "header.regions[4].source.box",
            "header.regions[5].source.grow", "header.regions[6].source.grow", "header.regions[7].source.noun",
        ];
        Assert.Empty(expected.Except(error.Violations.Select(v => v.Field)));
    }

    [Theory]
    [InlineData(2, 4, 8, ErrorReasons.MaskSizeMismatch, "[3, rows, columns]")]
    [InlineData(3, 4, 4, ErrorReasons.MaskSizeMismatch, "aspect ratio")]
    [InlineData(3, 5000, 10000, ErrorReasons.MaskSizeMismatch, "4194304 pixels")]
    public async Task SegmentVideo_MaskOfWrongShape_NamesTensorAndLimit(long frames, long rows, long columns, string reason, string limit)
    {
        var chunk = new TensorChunk { Name = "masks/r", ElementType = ElementType.Uint8, Shape = { frames, rows, columns } };

        var error = await service.FailAsync(new() { Header = Small(frames: 3, ("r", Given)) }, new SegmentVideoRequest { Tensor = chunk });

        Assert.Equal((StatusCode.InvalidArgument, reason), (error.Code, error.Reason));
        Assert.Contains("masks/r", error.Message, StringComparison.Ordinal);
        Assert.Contains(limit, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MaxValue, 4, 8)]
    [InlineData(1, long.MaxValue, long.MaxValue)]
    [InlineData(1, -1, 8)]
    [InlineData(1, 0, 0)]
    public async Task SegmentVideo_HostileShape_IsRefusedBeforeMemoryIsTaken(long frames, long rows, long columns)
    {
        foreach (var name in new[] { "masks/r", "frames" })
        {
            var chunk = new TensorChunk { Name = name, ElementType = ElementType.Uint8, Shape = { frames, rows, columns } };

            var error = await service.FailAsync(new() { Header = Small(frames: 1, ("r", Given)) }, new SegmentVideoRequest { Tensor = chunk });

            Assert.Equal(StatusCode.InvalidArgument, error.Code);
        }
    }

    [Fact]
    public async Task SegmentVideo_MoreMaskBytesThanAllowed_AreRefusedBeforeAnyComes()
    {
        var header = Small(frames: 1, [.. Enumerable.Range(0, 32).Select(i => ($"r{i}", Given))]);
        (header.Geometry.FrameCount, header.Geometry.Height, header.Geometry.Width) = (32, 2048, 2048);

        var error = await service.FailAsync(header);

        Assert.Equal((ErrorReasons.RegionLimitExceeded, "header.regions"), (error.Reason, error.Violations.Single().Field));
    }

    [Fact]
    public async Task SegmentVideo_EmptyMask_NamesTheRegion()
    {
        var error = await service.FailAsync(Small(frames: 1, ("ghost", Given)), Tensor.Bytes("masks/ghost", new byte[32], 1, 4, 8));

        Assert.Equal(ErrorReasons.RegionEmpty, error.Reason);
        Assert.Equal("header.regions[0].source.mask", error.Violations.Single().Field);
        Assert.Contains("ghost", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SegmentVideo_BackgroundOfAWholeFrame_IsEmpty()
    {
        var error = await service.FailAsync(
            Small(frames: 1, ("all", new RegionSource { WholeFrame = new() }), ("rest", new RegionSource { Background = new() })));

        Assert.Equal((ErrorReasons.RegionEmpty, "header.regions[1].source.background"), (error.Reason, error.Violations.Single().Field));
    }

    [Fact]
    public async Task SegmentVideo_MissingTensors_AreAllNamed()
    {
        var error = await service.FailAsync(Small(frames: 1, ("a", Given), ("b", Given), ("c", new RegionSource { ObjectClass = new ClassQuery { Name = "moon" } })));

        Assert.Equal(ErrorReasons.TensorMissing, error.Reason);
        Assert.All(["masks/a", "masks/b", "frames"], name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task SegmentVideo_UnknownTensor_SaysWhatIsTaken()
    {
        var error = await service.FailAsync(Small(frames: 1, ("a", Given)), Tensor.Bytes("masks/b", new byte[32], 1, 4, 8));

        Assert.Equal(ErrorReasons.TensorUnknown, error.Reason);
        Assert.Contains("masks/a", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SegmentVideo_TensorTwice_IsRefused()
    {
        var tensor = LeftHalf("masks/a", frames: 1, rows: 4, columns: 8);

        Assert.Equal(ErrorReasons.TensorRepeated, (await service.FailAsync(Small(frames: 1, ("a", Given)), tensor, tensor)).Reason);
    }

    [Fact]
    public async Task SegmentVideo_DamagedChunk_IsDataLoss()
    {
        var chunk = LeftHalf("masks/a", frames: 1, rows: 4, columns: 8).Chunks().Single();
        chunk.Crc32C ^= 1;

        var error = await service.FailAsync(new() { Header = Small(frames: 1, ("a", Given)) }, new SegmentVideoRequest { Tensor = chunk });

        Assert.Equal((StatusCode.DataLoss, ErrorReasons.ChunkChecksumMismatch), (error.Code, error.Reason));
    }

    [Fact]
    public async Task SegmentVideo_StreamEndsInATensor_IsRefused()
    {
        var chunk = LeftHalf("masks/a", frames: 1, rows: 4, columns: 8).Chunks(chunkBytes: 16).First();

        var error = await service.FailAsync(new() { Header = Small(frames: 1, ("a", Given)) }, new SegmentVideoRequest { Tensor = chunk });

        Assert.Equal(ErrorReasons.StreamIncomplete, error.Reason);
    }

    [Fact]
    public async Task SegmentVideo_InterleavedTensors_AreRefused()
    {
        var (a, b) = (LeftHalf("masks/a", 1, 4, 8).Chunks(16).First(), LeftHalf("masks/b", 1, 4, 8).Chunks(16).First());

        var error = await service.FailAsync(
            new() { Header = Small(frames: 1, ("a", Given), ("b", Given)) }, new() { Tensor = a }, new SegmentVideoRequest { Tensor = b });

        Assert.Equal(ErrorReasons.ChunkOutOfOrder, error.Reason);
    }

    [Fact]
    public async Task SegmentVideo_NoHeaderOrTwo_IsRefused()
    {
        var header = new SegmentVideoRequest { Header = Small(frames: 1, ("a", Given)) };

        Assert.Equal(ErrorReasons.HeaderMissing, (await service.FailAsync()).Reason);
        Assert.Equal(ErrorReasons.HeaderMissing, (await service.FailAsync(new SegmentVideoRequest())).Reason);
        Assert.Equal(ErrorReasons.HeaderRepeated, (await service.FailAsync(header, header)).Reason);
    }

    private static SegmentVideoHeader Small(uint frames, params (string Id, RegionSource Source)[] regions)
    {
        var header = new SegmentVideoHeader { Geometry = new ClipGeometry { FrameCount = frames, Height = 4, Width = 8 } };
        header.Regions.AddRange(regions.Select(r => new SegmentRegion { Id = r.Id, Source = r.Source }));
        return header;
    }

    private static Tensor LeftHalf(string name, int frames, int rows, int columns)
    {
        var data = new byte[frames * rows * columns];
        for (var i = 0; i < data.Length; i++)
            data[i] = i % columns < columns / 2 ? (byte)255 : (byte)0;
        return Tensor.Bytes(name, data, frames, rows, columns);
    }

    private static string Row(Tensor tensor, int region, int frame, int row)
    {
        var (frames, rows, columns) = ((int)tensor.Shape[1], (int)tensor.Shape[2], (int)tensor.Shape[3]);
        var start = ((((region * frames) + frame) * rows) + row) * columns;
        return string.Concat(tensor.Data.Skip(start).Take(columns).Select(b => b.ToString(CultureInfo.InvariantCulture)));
    }
}
