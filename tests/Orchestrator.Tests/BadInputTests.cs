using Grpc.Core;
using VideoGrain.Media;
using VideoGrain.Media.Ffmpeg;
using VideoGrain.Media.Png;
using VideoGrain.Orchestrator.Tests.Fakes;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Tests;

/// <summary>What bad input gets: the right status, every field at fault, nothing left behind, and a service that keeps serving.</summary>
public sealed class BadInputTests(BadInputTests.Fixture fixture) : IClassFixture<BadInputTests.Fixture>
{
    private static readonly Dictionary<string, Action<EditSpecification>> Mutations = new()
    {
        ["no target prompt"] = s => s.TargetPrompt = " ",
        ["phrase not in prompt"] = s => s.Regions[0].Phrase = "brown bear",
        ["too many words"] = s => s.TargetPrompt = "polar bear " + string.Join(' ', Enumerable.Repeat("snow", 80)),
        ["no steps"] = s => s.Options.Steps = 0,
        ["too many steps"] = s => s.Options.Steps = 1001,
        ["guidance"] = s => s.Options.GuidanceScale = 51,
        ["guidance is no number"] = s => s.Options.GuidanceScale = double.NaN,
        ["lambda"] = s => s.Options.LambdaSelf = 1.5,
        ["fraction"] = s => s.Options.ModulatedFraction = -0.1,
        ["odd size"] = s => s.Clip.Width = 15,
        ["frame too large"] = s => (s.Clip.Width, s.Clip.Height) = (4096, 4096),
        ["scaled frame too large before it is cut"] = s => (s.Uploads[0], s.Clip.Width, s.Clip.Height) = (Edits.RawClip("clip", 1, 16, 160), 1024, 1024),
        ["scaled frame beyond all numbers"] = s => (s.Uploads[0], s.Clip.Width, s.Clip.Height) = (Edits.RawClip("clip", 1, 1, 340_000), 8, 131_072),
        ["half scaled frame too large"] = s =>
        {
            (s.Uploads[0], s.Clip.Width, s.Clip.Height) = (Edits.RawClip("clip", 1, 10_240, 8), 1024, 1024);
            s.Clip.Resize = ResizeMode.Stretch;
        },
        ["width beyond all numbers"] = s => s.Clip.Width = uint.MaxValue - 7,
        ["more divisors than levels"] = s => s.Options.FlattenDivisors = new FlattenDivisors { Divisors = { Enumerable.Repeat(3u, 100_000) } },
        ["frames wanted beyond the clip"] = s => s.Clip.FrameCount = 4,
        ["more frames than allowed"] = s => s.Clip.FrameCount = 9,
        ["start beyond the clip"] = s => s.Clip.StartFrame = 3,
        ["more frames than allowed without saying"] = s => s.Uploads[0] = Edits.RawClip("clip", 9, Edits.Side, Edits.Side),
        ["clip smaller than a latent"] = s => s.Uploads[0] = Edits.RawClip("clip", 3, 4, 16),
        ["size differs and no resize"] = s => (s.Clip.Width, s.Clip.Resize) = (8, ResizeMode.None),
        ["masks of another count"] = s => s.Uploads[1] = Edits.RawMask("mask", 2, Edits.Side, Edits.Side),
        ["masks of another shape"] = s => s.Uploads[1] = Edits.RawMask("mask", Edits.Frames, 8, 32),
        ["raw bytes of another size"] = s => s.Uploads[0].RawGeometry.Width = 17,
        ["raw without geometry"] = s => s.Uploads[0].RawGeometry = null,
        ["no video"] = s => (s.Uploads[0].Format, s.Uploads[0].RawGeometry) = (UploadFormat.Video, null),
        ["no picture"] = s => (s.Uploads[1].Format, s.Uploads[1].RawGeometry) = (UploadFormat.PngSequence, null),
        ["no format"] = s => s.Uploads[0].Format = UploadFormat.Unspecified,
        ["no clip"] = s => s.Clip = null,
        ["upload unknown"] = s => s.Clip.Upload = "other",
        ["upload unused"] = s => s.Regions.Clear(),
        ["upload too large"] = s => s.Uploads[0].PartBytes[0] = 1UL << 40,
        ["upload absurdly large"] = s => s.Uploads[0].PartBytes[0] = ulong.MaxValue,
        ["name not unique"] = s => s.Uploads[1].Name = "clip",
        ["name invalid"] = s => s.Regions[0].Id = "../left",
        ["no source"] = s => s.Regions[0].Source = null,
        ["noun"] = s => s.Regions[0].Source = new RegionSource { Noun = new NounQuery { Noun = "polar bear" } },
        ["too many regions"] = s => s.Regions.Add(Enumerable.Range(0, 17).Select(i => new EditRegion { Id = $"r{i}", Source = new RegionSource { WholeFrame = new WholeFrame() } })),
        ["unknown model"] = s => s.Model = "no-such-model",
        ["too many labels"] = s => s.Labels.Add(Enumerable.Range(0, 17).ToDictionary(i => $"key{i}", _ => "value")),
        ["queue timeout"] = s => s.QueueTimeout = new Google.Protobuf.WellKnownTypes.Duration(),
        ["queue timeout beyond all time"] = s => s.QueueTimeout = new Google.Protobuf.WellKnownTypes.Duration { Seconds = long.MaxValue, Nanos = -1 },
        ["frame rate"] = s => s.Output = new OutputOptions { FrameRate = 241 },
        ["request id"] = s => s.RequestId = new string('x', 129),
        ["request id that no database holds"] = s => s.RequestId = "a\0b",
        ["label that no database holds"] = s => s.Labels["team"] = "a\0b",
    };

    [Theory]
    [InlineData("no target prompt", ErrorReasons.FieldRequired, "specification.target_prompt")]
    [InlineData("phrase not in prompt", ErrorReasons.RegionPromptNotFound, "specification.regions[0].phrase")]
    [InlineData("too many words", ErrorReasons.TokensExceedLimit, "specification.target_prompt")]
    [InlineData("no steps", ErrorReasons.OptionOutOfRange, "specification.options.steps")]
    [InlineData("too many steps", ErrorReasons.OptionOutOfRange, "specification.options.steps")]
    [InlineData("guidance", ErrorReasons.OptionOutOfRange, "specification.options.guidance_scale")]
    [InlineData("guidance is no number", ErrorReasons.OptionOutOfRange, "specification.options.guidance_scale")]
    [InlineData("lambda", ErrorReasons.OptionOutOfRange, "specification.options.lambda_self")]
    [InlineData("fraction", ErrorReasons.OptionOutOfRange, "specification.options.modulated_fraction")]
    [InlineData("odd size", ErrorReasons.FrameSizeInvalid, "specification.clip.width")]
    [InlineData("frame too large", ErrorReasons.FrameSizeInvalid, "specification.clip")]
    [InlineData("scaled frame too large before it is cut", ErrorReasons.FrameSizeInvalid, "specification.clip")]
    [InlineData("scaled frame beyond all numbers", ErrorReasons.FrameSizeInvalid, "specification.clip")]
    [InlineData("half scaled frame too large", ErrorReasons.FrameSizeInvalid, "specification.clip")]
    [InlineData("width beyond all numbers", ErrorReasons.FrameSizeInvalid, "specification.clip.width")]
    [InlineData("more divisors than levels", ErrorReasons.OptionOutOfRange, "specification.options.flatten_divisors.divisors")]
    [InlineData("frames wanted beyond the clip", ErrorReasons.FrameLimitExceeded, "specification.clip.frame_count")]
    [InlineData("more frames than allowed", ErrorReasons.FrameLimitExceeded, "specification.clip.frame_count")]
    [InlineData("start beyond the clip", ErrorReasons.FrameLimitExceeded, "specification.clip.start_frame")]
    [InlineData("more frames than allowed without saying", ErrorReasons.FrameLimitExceeded, "specification.clip.frame_count")]
    [InlineData("clip smaller than a latent", ErrorReasons.FrameSizeInvalid, "specification.clip")]
    [InlineData("size differs and no resize", ErrorReasons.FrameSizeInvalid, "specification.clip")]
    [InlineData("masks of another count", ErrorReasons.MaskSizeMismatch, "specification.uploads[1]")]
    [InlineData("masks of another shape", ErrorReasons.MaskSizeMismatch, "specification.uploads[1]")]
    [InlineData("raw bytes of another size", ErrorReasons.FrameSizeInvalid, "specification.uploads[0]")]
    [InlineData("raw without geometry", ErrorReasons.FieldRequired, "specification.uploads[0].raw_geometry")]
    [InlineData("no video", "CLIP_NOT_A_VIDEO", "specification.uploads[0]")]
    [InlineData("no picture", "PICTURE_INVALID", "specification.uploads[1]")]
    [InlineData("no format", ErrorReasons.FieldRequired, "specification.uploads[0].format")]
    [InlineData("no clip", ErrorReasons.FieldRequired, "specification.clip")]
    [InlineData("upload unknown", "UPLOAD_MISMATCH", "specification.clip.upload")]
    [InlineData("upload unused", "UPLOAD_MISMATCH", "specification.uploads[1]")]
    [InlineData("upload too large", "UPLOAD_TOO_LARGE", "specification.uploads")]
    [InlineData("upload absurdly large", "UPLOAD_TOO_LARGE", "specification.uploads")]
    [InlineData("name not unique", ErrorReasons.NameNotUnique, "specification.uploads[1].name")]
    [InlineData("name invalid", ErrorReasons.FieldInvalid, "specification.regions[0].id")]
    [InlineData("no source", ErrorReasons.FieldRequired, "specification.regions[0].source")]
    [InlineData("noun", "NOUN_NOT_FOUND", "specification.regions[0].source.noun.noun")]
    [InlineData("too many regions", ErrorReasons.RegionLimitExceeded, "specification.regions")]
    [InlineData("unknown model", ErrorReasons.ModelNotFound, "specification.model")]
    [InlineData("too many labels", ErrorReasons.FieldInvalid, "specification.labels")]
    [InlineData("queue timeout", ErrorReasons.OptionOutOfRange, "specification.queue_timeout")]
    [InlineData("queue timeout beyond all time", ErrorReasons.OptionOutOfRange, "specification.queue_timeout")]
    [InlineData("frame rate", ErrorReasons.OptionOutOfRange, "specification.output.frame_rate")]
    [InlineData("request id", ErrorReasons.FieldInvalid, "specification.request_id")]
    [InlineData("request id that no database holds", ErrorReasons.FieldInvalid, "specification.request_id")]
    [InlineData("label that no database holds", ErrorReasons.FieldInvalid, "specification.labels")]
    public async Task Submit_WithAFault_NamesTheFieldAndTheReason_AndLeavesNothing(string mutation, string reason, string field)
    {
        var specification = Edits.Specification();
        Mutations[mutation](specification);
        var sizes = specification.Uploads.SelectMany(upload => upload.PartBytes).ToList();
        var error = await Assert.ThrowsAsync<RpcException>(() => fixture.Orchestrator.SubmitAsync(
            specification, sizes.Exists(size => size > 1 << 20) ? [] : Edits.Chunks(specification, Edits.Bytes(specification))));

        Assert.True(error.StatusCode == StatusCode.InvalidArgument && Errors.Fields(error).Contains(field), Errors.Describe(error));
        Assert.True(Errors.Reason(error) == reason || Errors.Fields(error).Count > 1, Errors.Describe(error));
        await fixture.AssertCleanAsync();
    }

    [Fact]
    public async Task Submit_WithManyFaults_NamesAllAtOnce()
    {
        var specification = Edits.Specification();
        foreach (var mutation in (string[])["phrase not in prompt", "guidance", "odd size", "no source", "frame rate"])
            Mutations[mutation](specification);

        var error = await Assert.ThrowsAsync<RpcException>(() => fixture.Orchestrator.SubmitAsync(specification));

        Assert.Superset(
            new HashSet<string>
            {
                "specification.regions[0].phrase", "specification.options.guidance_scale", "specification.clip.width", "specification.regions[0].source", "specification.output.frame_rate",
            },
            Errors.Fields(error).ToHashSet());
    }

    [Fact]
    public async Task Submit_WithMoreNounsThanAreTaken_IsToldSoAndNoMore()
    {
        var specification = Edits.Specification();
        specification.Output = new OutputOptions { Clusters = true };
        specification.Clustering = new EditClustering { Nouns = { Enumerable.Repeat("man", 16).Concat(Enumerable.Range(0, 50_000).Select(i => $"noun{i}")) } };

        var error = await Assert.ThrowsAsync<RpcException>(() => fixture.Orchestrator.SubmitAsync(specification));

        Assert.Equal((StatusCode.InvalidArgument, ErrorReasons.OptionOutOfRange), (error.StatusCode, Errors.Reason(error)));
        Assert.Equal(["specification.clustering.nouns"], Errors.Fields(error));
    }

    [Fact]
    public async Task Submit_WithMoreRegionsByNounThanAreTaken_IsToldSoAndNoMore()
    {
        var specification = Edits.Specification();
        specification.SourcePrompt = string.Join(' ', Enumerable.Range(0, 17).Select(i => $"man{i}"));
        specification.Uploads.RemoveAt(1);
        specification.Regions.Clear();
        specification.Regions.Add(Enumerable.Range(0, 17).Select(i => new EditRegion
        {
            Id = $"r{i}",
            Phrase = "polar bear",
            Source = new RegionSource { Noun = new NounQuery { Noun = $"man{i}" } },
        }));

        var error = await Assert.ThrowsAsync<RpcException>(() => fixture.Orchestrator.SubmitAsync(specification));

        Assert.Equal((StatusCode.InvalidArgument, ErrorReasons.RegionLimitExceeded), (error.StatusCode, Errors.Reason(error)));
        Assert.Equal(["specification.regions"], Errors.Fields(error));
    }

    [Fact]
    public async Task EmptyMask_IsRefused_AndAMaskEmptyInSomeFramesIsAWarning()
    {
        var specification = Edits.Specification();
        var bytes = Edits.Bytes(specification);
        Array.Clear(bytes[1]);
        var error = await Assert.ThrowsAsync<RpcException>(() => fixture.Orchestrator.SubmitAsync(specification, Edits.Chunks(specification, bytes)));
        bytes[1][0] = 255;
        var accepted = await fixture.Orchestrator.SubmitAsync(specification, Edits.Chunks(specification, bytes));

        Assert.Equal((StatusCode.InvalidArgument, ErrorReasons.RegionEmpty), (error.StatusCode, Errors.Reason(error)));
        Assert.Equal(["specification.regions[0].source.mask"], Errors.Fields(error));
        Assert.Equal(["Region 'left' is empty in frames 1, 2."], accepted.Edit.Warnings);
        await fixture.RemoveAsync(accepted.Edit.Id);
        await fixture.AssertCleanAsync();
    }

    [Theory]
    [InlineData("out of order", StatusCode.InvalidArgument, ErrorReasons.ChunkOutOfOrder)]
    [InlineData("repeated", StatusCode.InvalidArgument, ErrorReasons.ChunkOutOfOrder)]
    [InlineData("wrong upload", StatusCode.InvalidArgument, ErrorReasons.ChunkOutOfOrder)]
    [InlineData("too long", StatusCode.InvalidArgument, ErrorReasons.ChunkTooLarge)]
    [InlineData("oversized chunk", StatusCode.InvalidArgument, ErrorReasons.ChunkTooLarge)]
    [InlineData("empty chunk", StatusCode.InvalidArgument, ErrorReasons.FieldInvalid)]
    [InlineData("wrong checksum", StatusCode.DataLoss, ErrorReasons.ChunkChecksumMismatch)]
    [InlineData("stops in the middle", StatusCode.InvalidArgument, ErrorReasons.StreamIncomplete)]
    [InlineData("nothing at all", StatusCode.InvalidArgument, ErrorReasons.StreamIncomplete)]
    [InlineData("more than announced", StatusCode.InvalidArgument, ErrorReasons.ChunkOutOfOrder)]
    public async Task Stream_WithAFault_IsRefused_AndLeavesNothing(string fault, StatusCode code, string reason)
    {
        var specification = Edits.Specification();
        var chunks = Edits.Chunks(specification, Edits.Bytes(specification), 500).ToList();
        switch (fault)
        {
            case "out of order": (chunks[1], chunks[2]) = (chunks[2], chunks[1]); break;
            case "repeated": chunks.Insert(1, chunks[0]); break;
            case "wrong upload": chunks.RemoveRange(0, chunks.FindIndex(chunk => chunk.Name == "mask")); break;
            case "too long": chunks[^1] = Edits.Chunk("mask", 0, (int)chunks[^1].Offset, new byte[5000]); break;
            case "oversized chunk": chunks[0] = Edits.Chunk("clip", 0, 0, new byte[(1 << 20) + 1]); break;
            case "empty chunk": chunks.Insert(0, Edits.Chunk("clip", 0, 0, [])); break;
            case "wrong checksum": chunks[1].Crc32C ^= 1; break;
            case "stops in the middle": chunks.RemoveRange(3, chunks.Count - 3); break;
            case "nothing at all": chunks.Clear(); break;
            default: chunks.Add(Edits.Chunk("mask", 1, 0, [1])); break;
        }

        var error = await Assert.ThrowsAsync<RpcException>(() => fixture.Orchestrator.SubmitAsync(specification, chunks));

        Assert.True((error.StatusCode, Errors.Reason(error)) == (code, reason), Errors.Describe(error));
        await fixture.AssertCleanAsync();
    }

    [Fact]
    public async Task Stream_WithoutSpecification_OrWithTwo_IsRefused()
    {
        using var without = fixture.Orchestrator.Client.SubmitEdit(cancellationToken: Bounded.Token);
        await without.RequestStream.WriteAsync(new SubmitEditRequest { Upload = Edits.Chunk("clip", 0, 0, [1]) }, Bounded.Token);
        var missing = await Assert.ThrowsAsync<RpcException>(() => without.ResponseAsync.InTime());
        using var twice = fixture.Orchestrator.Client.SubmitEdit(cancellationToken: Bounded.Token);
        await twice.RequestStream.WriteAsync(new SubmitEditRequest { Specification = Edits.Specification() }, Bounded.Token);
        await twice.RequestStream.WriteAsync(new SubmitEditRequest { Specification = Edits.Specification() }, Bounded.Token);
        var repeated = await Assert.ThrowsAsync<RpcException>(() => twice.ResponseAsync.InTime());

        Assert.Equal((ErrorReasons.HeaderMissing, ErrorReasons.HeaderRepeated), (Errors.Reason(missing), Errors.Reason(repeated)));
        await fixture.AssertCleanAsync();
    }

    [Fact]
    public async Task CallerThatPauses_OrGoesAway_LeavesNothing()
    {
        var specification = Edits.Specification();
        using var pausing = fixture.Orchestrator.Client.SubmitEdit(cancellationToken: Bounded.Token);
        await pausing.RequestStream.WriteAsync(new SubmitEditRequest { Specification = specification }, Bounded.Token);
        await pausing.RequestStream.WriteAsync(new SubmitEditRequest { Upload = Edits.Chunk("clip", 0, 0, [1, 2, 3]) }, Bounded.Token);
        var idle = await Assert.ThrowsAsync<RpcException>(() => pausing.ResponseAsync.InTime());
        var leaving = fixture.Orchestrator.Client.SubmitEdit(cancellationToken: Bounded.Token);
        await leaving.RequestStream.WriteAsync(new SubmitEditRequest { Specification = specification }, Bounded.Token);
        await leaving.RequestStream.WriteAsync(new SubmitEditRequest { Upload = Edits.Chunk("clip", 0, 0, [1, 2, 3]) }, Bounded.Token);
        leaving.Dispose();

        Assert.Equal((StatusCode.DeadlineExceeded, ErrorReasons.StreamIdle), (idle.StatusCode, Errors.Reason(idle)));
        await fixture.AssertCleanAsync();
    }

    [Fact]
    public async Task FullQueue_IsRefused_WithTheTimeToComeBack()
    {
        var accepted = new List<string>();
        for (var i = 0; i < Fixture.MaxQueued; i++)
            accepted.Add((await fixture.Orchestrator.SubmitAsync(Edits.Specification())).Edit.Id);

        var error = await Assert.ThrowsAsync<RpcException>(() => fixture.Orchestrator.SubmitAsync(Edits.Specification()));
        foreach (var id in accepted)
            await fixture.RemoveAsync(id);

        Assert.Equal((StatusCode.ResourceExhausted, "QUEUE_FULL"), (error.StatusCode, Errors.Reason(error)));
        Assert.Equal(TimeSpan.FromSeconds(10), Errors.RetryDelay(error));
        await fixture.AssertCleanAsync();
    }

    [Fact]
    public async Task VideoFile_WithPngMasksOfItsOwnSize_IsCutAndScaledAlike()
    {
        var frames = Enumerable.Range(0, 6).Select(i => new Frame(36, 20, new Colour((byte)(i * 40), 100, 50))).ToList();
        var clip = await new VideoEncoder().EncodeAsync(new VideoFrames(frames, new FrameRate(12, 1)), cancellation: Bounded.Token);
        var png = PngWriter.Write(Mask.Full(36, 20));
        var specification = Edits.Specification();
        specification.Clip = new ClipSource { Upload = "clip", StartFrame = 1, FrameStride = 2, Height = 16, Width = 16 };
        specification.Uploads[0] = new Upload { Name = "clip", Format = UploadFormat.Video, PartBytes = { (ulong)clip.Length } };
        specification.Uploads[1] = new Upload { Name = "mask", Format = UploadFormat.PngSequence, PartBytes = { Enumerable.Repeat((ulong)png.Length, 6) } };
        var bytes = new List<byte[]> { clip };
        bytes.AddRange(Enumerable.Repeat(png, 6));
        var accepted = await fixture.Orchestrator.SubmitAsync(specification, Edits.Chunks(specification, bytes, 777));

        var sizes = fixture.Data.Files("artifacts/objects").Select(file => new FileInfo(file).Length).Order().ToList();
        Assert.Equal(EditState.Queued, accepted.Edit.State);
        Assert.Equal([(3 * 16 * 16) + 40, (3 * 16 * 16 * 3) + 48], sizes);
        await fixture.RemoveAsync(accepted.Edit.Id);
        await fixture.AssertCleanAsync();
    }

    [Fact]
    public async Task DamagedVideo_IsRefused()
    {
        var frames = Enumerable.Range(0, 6).Select(i => new Frame(32, 32, new Colour((byte)(i * 40), 100, 50))).ToList();
        var clip = await new VideoEncoder().EncodeAsync(new VideoFrames(frames, new FrameRate(12, 1)), cancellation: Bounded.Token);
        var specification = Edits.Specification();
        specification.Uploads[0] = new Upload { Name = "clip", Format = UploadFormat.Video, PartBytes = { (ulong)(clip.Length / 2) } };
        List<byte[]> bytes = [clip[..(clip.Length / 2)], Edits.Bytes(specification)[1]];
        var error = await Assert.ThrowsAsync<RpcException>(() => fixture.Orchestrator.SubmitAsync(specification, Edits.Chunks(specification, bytes)));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains("specification.uploads[0]", Errors.Fields(error));
        await fixture.AssertCleanAsync();
    }

    [Fact]
    public async Task UnknownEdit_IsNotFound_InEveryCall()
    {
        var client = fixture.Orchestrator.Client;
        var watch = client.WatchEdit(new WatchEditRequest { EditId = "edit-none" }, cancellationToken: Bounded.Token);
        foreach (var call in (Func<Task>[])
        [
            async () => await client.GetEditAsync(new GetEditRequest { EditId = "edit-none" }, cancellationToken: Bounded.Token),
            async () => await client.CancelEditAsync(new CancelEditRequest { EditId = "" }, cancellationToken: Bounded.Token),
            async () => await client.DeleteEditAsync(new DeleteEditRequest { EditId = "../.." }, cancellationToken: Bounded.Token),
            () => watch.ResponseStream.MoveNext(Bounded.Token),
        ])
        {
            Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);
        }

        var page = await Assert.ThrowsAsync<RpcException>(async () => await client.ListEditsAsync(new ListEditsRequest { PageToken = "abc!" }, cancellationToken: Bounded.Token));
        Assert.Equal(StatusCode.InvalidArgument, page.StatusCode);
    }

    public sealed class Fixture : IAsyncLifetime
    {
        public const int MaxQueued = 3;
        private FakeStages _stages = null!;

        internal TempFolder Data { get; } = new();

        internal RunningOrchestrator Orchestrator { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _stages = await FakeStages.StartAsync();
            _stages.Script.OnHeader = (_, header) =>
            {
                if (header is DenoiseHeader { Model: "no-such-model" })
                    throw VideoGrainException.Invalid("header.model", "no model has this name", ErrorReasons.ModelNotFound).ToRpcException();
            };
            Orchestrator = await RunningOrchestrator.StartAsync(
                Data, _stages.Address, "--Worker:Parallelism=0", "--Limits:MaxFrames=8", "--Limits:IdleTimeout=00:00:02", $"--Queue:MaxQueued={MaxQueued}", "--Limits:MaxUploadBytes=10000000");
        }

        public async ValueTask DisposeAsync()
        {
            await Orchestrator.DisposeAsync();
            await _stages.DisposeAsync();
            Data.Dispose();
        }

        internal async Task RemoveAsync(string id)
        {
            await Orchestrator.Client.CancelEditAsync(new CancelEditRequest { EditId = id }, cancellationToken: Bounded.Token);
            await Orchestrator.Client.DeleteEditAsync(new DeleteEditRequest { EditId = id }, cancellationToken: Bounded.Token);
        }

        internal async Task AssertCleanAsync()
        {
            await Eventually.TrueAsync(
                () => Data.Files("artifacts").Concat(Data.Files("scratch")).All(file => file.EndsWith(".lock", StringComparison.Ordinal)), "files were left behind");
            Assert.Empty((await Orchestrator.Client.ListEditsAsync(new ListEditsRequest(), cancellationToken: Bounded.Token)).Edits);
        }
    }
}
