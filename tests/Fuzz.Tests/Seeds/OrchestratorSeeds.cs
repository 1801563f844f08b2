using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using VideoGrain.Fuzz.Tests.Running;
using VideoGrain.Orchestrator.Scaling.Protos;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.StageSupport;

namespace VideoGrain.Fuzz.Tests.Seeds;

/// <summary>Good requests of the orchestrator's calls.</summary>
internal static class OrchestratorSeeds
{
    /// <summary>Requests by call.</summary>
    /// <param name="system">Knows the edits that there are.</param>
    public static Dictionary<string, Func<IEnumerable<IMessage>>[]> All(FuzzedSystem system) => new()
    {
        ["OrchestratorService.SubmitEdit"] = [() => Submission()],
        ["OrchestratorService.EditVideo"] =
        [
            () => Submission().Select(message => message.Specification is { } specification
                ? new EditVideoRequest { Specification = specification }
                : new EditVideoRequest { Upload = message.Upload }),
        ],
        ["OrchestratorService.GetEdit"] = [() => [new GetEditRequest { EditId = system.EndedEdit }]],
        ["OrchestratorService.ListEdits"] =
        [
            () =>
            [
                new ListEditsRequest
                {
                    PageSize = 1, States = { EditState.Succeeded, EditState.Cancelled }, Labels = { ["team"] = "film" },
                    CreatedAfter = new Timestamp { Seconds = 1 }, CreatedBefore = new Timestamp { Seconds = 4_000_000_000 },
                },
            ],
            () => [new ListEditsRequest { PageSize = 1, PageToken = system.PageToken }],
        ],
        ["OrchestratorService.WatchEdit"] = [() => [new WatchEditRequest { EditId = system.EndedEdit, AfterSequence = 1 }]],
        ["OrchestratorService.CancelEdit"] = [() => [new CancelEditRequest { EditId = system.EndedEdit }]],
        ["OrchestratorService.DeleteEdit"] = [() => [new DeleteEditRequest { EditId = system.DeletableEdit }]],
        ["OrchestratorService.DownloadArtifact"] =
            [() => [new DownloadArtifactRequest { EditId = system.EndedEdit, ArtifactName = "result.mp4", Offset = 1, Length = 100, AcceptLink = true }]],
        ["OrchestratorService.GetCapabilities"] = [() => [new OrchestratorServiceGetCapabilitiesRequest()]],
        ["ExternalScaler.IsActive"] = [() => [Scaled()]],
        ["ExternalScaler.StreamIsActive"] = [() => [Scaled()]],
        ["ExternalScaler.GetMetricSpec"] = [() => [Scaled()]],
        ["ExternalScaler.GetMetrics"] = [() => [new GetMetricsRequest { ScaledObjectRef = Scaled(), MetricName = "gpu-seconds-denoising" }]],
    };

    /// <summary>A small edit that the stages can run.</summary>
    public static IEnumerable<SubmitEditRequest> Submission()
    {
        var specification = new EditSpecification
        {
            DisplayName = "fuzz",
            SourcePrompt = "two men are jogging",
            TargetPrompt = "Iron Man and Spiderman are jogging",
            NegativePrompt = "ugly",
            Clip = new ClipSource { Upload = "clip", FrameStride = 1, Resize = ResizeMode.None },
            Options = new EditOptions { Steps = 2, InversionSteps = 2, Seed = 7, BlendBackground = false },
            Output = new OutputOptions { FrameRate = 8, Strip = true, Masks = true, PreviewEvery = 1 },
            QueueTimeout = new Duration { Seconds = 60 },
            Labels = { ["team"] = "film" },
            Uploads = { Raw("clip", 3), Raw("mask", 1) },
            Regions = { new EditRegion { Id = "left", Phrase = "Iron Man", Source = new RegionSource { Mask = new GivenMask { Name = "mask", Threshold = 128 } } } },
        };
        var mask = new byte[TinyClip.Frames * TinyClip.Side * TinyClip.Side];
        for (var i = 0; i < mask.Length; i++)
            mask[i] = (byte)(i % TinyClip.Side < TinyClip.Side / 2 ? 255 : 0);

        return [new SubmitEditRequest { Specification = specification }, Chunk("clip", TinyClip.Pixels()), Chunk("mask", mask)];
    }

    private static Upload Raw(string name, int channels) => new()
    {
        Name = name,
        Format = UploadFormat.Raw,
        RawGeometry = TinyClip.Geometry,
        FrameRate = 8,
        PartBytes = { (ulong)(TinyClip.Frames * TinyClip.Side * TinyClip.Side * channels) },
    };

    private static SubmitEditRequest Chunk(string name, byte[] data) =>
        new() { Upload = new UploadChunk { Name = name, Data = ByteString.CopyFrom(data), Crc32C = Crc32C.Compute(data) } };

    private static ScaledObjectRef Scaled() => new() { Name = "videograin", Namespace = "default", ScalerMetadata = { ["stage"] = "denoising" } };
}
