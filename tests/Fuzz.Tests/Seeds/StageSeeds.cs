using System.Runtime.InteropServices;
using Google.Protobuf;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.StageSupport;

namespace VideoGrain.Fuzz.Tests.Seeds;

/// <summary>Good requests of the stages' calls.</summary>
internal static class StageSeeds
{
    private const uint Steps = 2;
    private const int TextTokens = 77;

    /// <summary>Requests by call; several where a call has several ways.</summary>
    public static Dictionary<string, Func<IEnumerable<IMessage>>[]> All { get; } = new()
    {
        ["DenoiserService.Denoise"] = [() => Denoise(new EditOptions()), () => Denoise(new EditOptions { UsePnp = true, InjectStep = 2 })],
        ["DenoiserService.GetCapabilities"] = [() => [new DenoiserServiceGetCapabilitiesRequest()]],
        ["InversionService.Invert"] = [() => Invert(attention: false), () => Invert(attention: true)],
        ["InversionService.GetCapabilities"] = [() => [new InversionServiceGetCapabilitiesRequest()]],
        ["SegmentationService.SegmentVideo"] = [Segment],
        ["SegmentationService.ClusterInversion"] = [Cluster],
        ["SegmentationService.EstimateControl"] =
        [
            () => Control(new EstimateControlHeader { JobId = "fuzz", Type = ControlType.Canny, Geometry = TinyClip.Geometry, CannyLow = 50, CannyHigh = 100 }),
            () => Control(new EstimateControlHeader { Type = ControlType.SoftEdge, Geometry = TinyClip.Geometry }),
        ],
        ["SegmentationService.EstimateFlow"] =
        [
            () => [new EstimateFlowRequest { Header = new EstimateFlowHeader { JobId = "fuzz", Geometry = TinyClip.Geometry } }, .. TinyClip.PictureChunks().Select(chunk => new EstimateFlowRequest { Tensor = chunk })],
        ],
        ["SegmentationService.ListModels"] = [() => [new ListModelsRequest { Task = PerceptionTask.Flow }]],
        ["SegmentationService.GetCapabilities"] = [() => [new SegmentationServiceGetCapabilitiesRequest()]],
    };

    private static IEnumerable<IMessage> Denoise(EditOptions options)
    {
        (options.Steps, options.InversionSteps, options.Seed) = (Steps, Steps, 7);
        var header = new DenoiseHeader
        {
            JobId = "fuzz",
            Geometry = TinyClip.Geometry,
            TargetPrompt = "Iron Man and Spiderman are jogging",
            SourcePrompt = "two men are jogging",
            NegativePrompt = "ugly",
            Regions = { new LayoutRegion { Id = "left", Phrase = "Iron Man" }, new LayoutRegion { Id = "right", Phrase = "Spiderman" } },
            Options = options,
            CheckpointEvery = 1,
            PreviewEvery = 1,
        };
        IEnumerable<TensorChunk> chunks =
        [
            .. TinyClip.LatentChunks("latents", TinyClip.Noise()), .. TinyClip.LatentChunks("source_mean", TinyClip.Noise(2)), .. TinyClip.MaskChunks(),
            .. options.UsePnp ? Trajectory() : [],
        ];
        return [new DenoiseRequest { Header = header }, .. chunks.Select(chunk => new DenoiseRequest { Tensor = chunk })];
    }

    private static IEnumerable<TensorChunk> Trajectory()
    {
        var count = (int)Steps + 1;
        return TensorChunks.Split("source_trajectory", [count, .. TinyClip.LatentShape], [.. Enumerable.Range(0, count).SelectMany(step => TinyClip.Noise(10 + step))]);
    }

    private static IEnumerable<IMessage> Invert(bool attention)
    {
        var header = new InvertHeader
        {
            JobId = "fuzz",
            Geometry = TinyClip.Geometry,
            SourcePrompt = "a man in a red hoodie",
            Options = new EditOptions { InversionSteps = Steps, Steps = Steps, Seed = 7 },
            Latents = attention ? LatentSelection.All : LatentSelection.Final,
            ReturnAttention = attention,
        };
        return [new InvertRequest { Header = header }, .. TinyClip.PictureChunks().Select(chunk => new InvertRequest { Tensor = chunk })];
    }

    private static IEnumerable<IMessage> Segment()
    {
        var header = new SegmentVideoHeader
        {
            JobId = "fuzz",
            Geometry = TinyClip.Geometry,
            Regions =
            {
                new SegmentRegion { Id = "left", Source = new RegionSource { Mask = new GivenMask { Name = "any" }, Grow = 1 } },
                new SegmentRegion { Id = "rest", Source = new RegionSource { Background = new Background() } },
            },
            LayoutRows = TinyClip.Cells,
            LayoutColumns = TinyClip.Cells,
        };
        var mask = new byte[TinyClip.Frames * TinyClip.Side * TinyClip.Side];
        for (var i = 0; i < mask.Length; i++)
            mask[i] = (byte)(i % TinyClip.Side < TinyClip.Side / 2 ? 255 : 0);

        IEnumerable<TensorChunk> chunks = TensorChunks.Split("masks/left", ElementType.Uint8, [TinyClip.Frames, TinyClip.Side, TinyClip.Side], mask);
        return [new SegmentVideoRequest { Header = header }, .. chunks.Select(chunk => new SegmentVideoRequest { Tensor = chunk })];
    }

    private static IEnumerable<IMessage> Cluster()
    {
        const int rows = 4, points = rows * rows;
        var random = new Random(3);
        var header = new ClusterInversionHeader
        {
            JobId = "fuzz",
            Geometry = new ClipGeometry { FrameCount = TinyClip.Frames, Height = 32, Width = 32 },
            SourcePrompt = "a cat and a dog on grass",
            Nouns = { "cat", "dog" },
            NounTokens = { 2, 5 },
            ClusterCount = 2,
            Restarts = 2,
            Rows = rows,
            Columns = rows,
        };
        IEnumerable<TensorChunk> chunks =
            [.. Attention("self_attention", points), .. Attention("cross_attention", TextTokens)];
        return [new ClusterInversionRequest { Header = header }, .. chunks.Select(chunk => new ClusterInversionRequest { Tensor = chunk })];

        IEnumerable<TensorChunk> Attention(string name, int columns)
        {
            float[] values = [.. Enumerable.Range(0, TinyClip.Frames * points * columns).Select(_ => random.NextSingle())];
            return TensorChunks.Split(name, ElementType.Float32, [TinyClip.Frames, points, columns], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        }
    }

    private static IEnumerable<IMessage> Control(EstimateControlHeader header) =>
        [new EstimateControlRequest { Header = header }, .. TinyClip.PictureChunks().Select(chunk => new EstimateControlRequest { Tensor = chunk })];
}
