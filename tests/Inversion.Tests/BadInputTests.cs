using Google.Protobuf;
using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.StageSupport;

namespace VideoGrain.Inversion.Tests;

/// <summary>What bad input gets: the right status, the field's path, the limit; and the service keeps serving.</summary>
public class BadInputTests(InversionStage stage)
{
    public static TheoryData<string, string, string, Action<InvertHeader>> BadHeaders() => new()
    {
        { "header.geometry", ErrorReasons.FieldRequired, "required", header => header.Geometry = null },
        { "header.geometry.frame_count", ErrorReasons.FrameLimitExceeded, "1 to 256", header => header.Geometry.FrameCount = 0 },
        { "header.geometry.frame_count", ErrorReasons.FrameLimitExceeded, "1 to 256", header => header.Geometry.FrameCount = uint.MaxValue },
        { "header.geometry.height", ErrorReasons.FrameSizeInvalid, "multiple of 8", header => header.Geometry.Height = 65 },
        { "header.geometry.width", ErrorReasons.FrameSizeInvalid, "multiple of 8", header => header.Geometry.Width = 0 },
        { "header.geometry", ErrorReasons.FrameSizeInvalid, "1048576 pixels", header => header.Geometry.Height = uint.MaxValue - 7 },
        { "header.source_prompt", ErrorReasons.TokensExceedLimit, "77 tokens", header => header.SourcePrompt = string.Join(' ', Enumerable.Repeat("man", 90)) },
        { "header.source_prompt", ErrorReasons.TokensExceedLimit, "4096 characters", header => header.SourcePrompt = new string('x', 1 << 20) },
        { "header.options.inversion_steps", ErrorReasons.OptionOutOfRange, "1 to 999", header => header.Options.InversionSteps = 0 },
        { "header.options.inversion_steps", ErrorReasons.OptionOutOfRange, "1 to 999", header => header.Options.InversionSteps = 4_000_000_000 },
        { "header.options.guidance_scale", ErrorReasons.OptionOutOfRange, "0 to 50", header => header.Options.GuidanceScale = double.NaN },
        { "header.options.profile", ErrorReasons.FieldInvalid, "unknown", header => header.Options.Profile = (Profile)77 },
        { "header.options.flatten_divisors.divisors[0]", ErrorReasons.OptionOutOfRange, "1, 2, 4 or 8", header => header.Options.FlattenDivisors = new FlattenDivisors { Divisors = { 3 } } },
        { "header.control.type", ErrorReasons.FieldInvalid, "unknown", header => header.Control = new ControlOptions { Type = (ControlType)77 } },
        { "header.latents", ErrorReasons.FieldInvalid, "unknown", header => header.Latents = (LatentSelection)77 },
        { "header.job_id", ErrorReasons.FieldInvalid, "128 characters", header => header.JobId = new string('x', 129) },
        { "header.nouns[1]", "NOUN_NOT_FOUND", "polar bear", header => header.Nouns.Add(["man", "polar bear"]) },
        { "header.nouns[0]", ErrorReasons.FieldRequired, "empty", header => header.Nouns.Add(" ") },
        { "header.nouns[0]", ErrorReasons.FieldInvalid, "64", header => header.Nouns.Add(new string('x', 65)) },
        { "header.nouns", ErrorReasons.OptionOutOfRange, "77", header => header.Nouns.Add(Enumerable.Repeat("man", 78)) },
        { "header.attention_steps", ErrorReasons.OptionOutOfRange, "0 to 3", header => header.AttentionSteps = 4 },
        { "header.options.free_u.s1", ErrorReasons.OptionOutOfRange, "0 to 4", header => header.Options.FreeU = new FreeUOptions { Enabled = true, S1 = 4.1 } },
        { "header.resume_steps_done", ErrorReasons.OptionOutOfRange, "0 to 3", header => header.ResumeStepsDone = 4 },
    };

    [Theory]
    [MemberData(nameof(BadHeaders), DisableDiscoveryEnumeration = true)]
    public async Task Header_OutOfBounds_IsRefusedByFieldAndLimit(string field, string reason, string limit, Action<InvertHeader> spoil)
    {
        var header = InversionStage.Header();
        spoil(header);

        var error = await InversionStage.ErrorOfAsync(() => InversionStage.InvertAsync(stage.Client, header));

        Assert.Equal(StatusCode.InvalidArgument, error.Code);
        var violation = Assert.Single(error.Violations, violation => violation.Field == field);
        Assert.Equal(reason, violation.Reason);
        Assert.Contains(limit, violation.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Header_WrongInSeveralWays_IsAnsweredWithAllAtOnce()
    {
        var header = InversionStage.Header();
        header.Geometry.FrameCount = 0;
        header.Geometry.Width = 63;
        header.Options.InversionSteps = 0;
        header.SourcePrompt = string.Join(' ', Enumerable.Repeat("man", 90));

        var error = await InversionStage.ErrorOfAsync(() => InversionStage.InvertAsync(stage.Client, header));

        string[] expected = ["header.geometry.frame_count", "header.geometry.width", "header.options.inversion_steps", "header.source_prompt"];
        Assert.Empty(expected.Except(error.Violations.Select(violation => violation.Field)));
    }

    [Theory]
    [InlineData("no-such-model")]
    [InlineData("../tiny-a")]
    [InlineData("tiny-a/../tiny-a")]
    public async Task Model_ThatIsUnknown_IsNotFoundAndTheKnownAreNamed(string name)
    {
        var header = InversionStage.Header();
        header.Model = name;

        var error = await InversionStage.ErrorOfAsync(() => InversionStage.InvertAsync(stage.Client, header));

        Assert.Equal((StatusCode.NotFound, ErrorReasons.ModelNotFound), (error.Code, error.Reason));
        Assert.Contains("tiny-a", Assert.Single(error.Violations, violation => violation.Field == "header.model").Description, StringComparison.Ordinal);
    }

    public static TheoryData<string, StatusCode, string, Func<IEnumerable<InvertRequest>>> BadStreams()
    {
        var header = new InvertRequest { Header = InversionStage.Header() };
        InvertRequest[] With(params IEnumerable<InvertRequest> rest) => [header, .. rest];
        InvertRequest[] Small(Action<TensorChunk[]>? spoil = null)
        {
            TensorChunk[] chunks = [.. TensorChunks.Split("frames", ElementType.Uint8, TinyClip.PictureShape, TinyClip.Pixels(), 8192)];
            spoil?.Invoke(chunks);
            return With(chunks.Select(InversionStage.Message));
        }

        return new()
        {
            { "empty", StatusCode.InvalidArgument, ErrorReasons.HeaderMissing, () => [] },
            { "no header", StatusCode.InvalidArgument, ErrorReasons.HeaderMissing, () => TinyClip.PictureChunks().Select(InversionStage.Message) },
            { "empty message", StatusCode.InvalidArgument, ErrorReasons.HeaderMissing, () => [new InvertRequest()] },
            { "two headers", StatusCode.InvalidArgument, ErrorReasons.HeaderRepeated, () => With(header) },
            { "no tensors", StatusCode.InvalidArgument, ErrorReasons.TensorMissing, () => With() },
            { "ends in the middle", StatusCode.InvalidArgument, ErrorReasons.StreamIncomplete, () => Small()[..2] },
            { "chunks swapped", StatusCode.InvalidArgument, ErrorReasons.ChunkOutOfOrder, () => Small(chunks => (chunks[0], chunks[1]) = (chunks[1], chunks[0])) },
            { "chunk twice", StatusCode.InvalidArgument, ErrorReasons.ChunkOutOfOrder, () => Small(chunks => chunks[1] = chunks[0]) },
            { "chunk too long", StatusCode.InvalidArgument, ErrorReasons.ChunkTooLarge, () => Small(chunks => Fill(chunks[^1], new byte[16384])) },
            { "chunk above 1 MiB", StatusCode.InvalidArgument, ErrorReasons.ChunkTooLarge, () => Small(chunks => Fill(chunks[0], new byte[(1 << 20) + 8])) },
            { "chunk empty", StatusCode.InvalidArgument, ErrorReasons.FieldInvalid, () => Small(chunks => Fill(chunks[0], [])) },
            { "checksum wrong", StatusCode.DataLoss, ErrorReasons.ChunkChecksumMismatch, () => Small(chunks => chunks[1].Crc32C ^= 1) },
            { "other type", StatusCode.InvalidArgument, ErrorReasons.TensorTypeMismatch, () => Small(chunks => chunks[0].ElementType = ElementType.Float32) },
            { "other shape", StatusCode.InvalidArgument, ErrorReasons.TensorShapeMismatch, () => Small(chunks => chunks[0].Shape[0] = 1L << 40) },
            { "negative shape", StatusCode.InvalidArgument, ErrorReasons.TensorShapeMismatch, () => Small(chunks => chunks[0].Shape[0] = -1) },
            { "shape changes", StatusCode.InvalidArgument, ErrorReasons.TensorShapeMismatch, () => Small(chunks => chunks[1].Shape[0] = 3) },
            { "unknown tensor", StatusCode.InvalidArgument, ErrorReasons.TensorUnknown, () => With(TinyClip.PictureChunks("surprise").Select(InversionStage.Message)) },
            { "tensor not asked for", StatusCode.InvalidArgument, ErrorReasons.TensorUnknown, () => With(TinyClip.PictureChunks("control").Select(InversionStage.Message)) },
            { "tensor twice", StatusCode.InvalidArgument, ErrorReasons.TensorRepeated, () => With(TinyClip.PictureChunks().Concat(TinyClip.PictureChunks()).Select(InversionStage.Message)) },
            { "interleaved", StatusCode.InvalidArgument, ErrorReasons.ChunkOutOfOrder, () => Small(chunks => chunks[1] = TinyClip.LatentChunks("posterior_noise", TinyClip.Noise()).First()) },
        };
    }

    [Theory]
    [MemberData(nameof(BadStreams), DisableDiscoveryEnumeration = true)]
    public async Task Stream_ThatIsDamaged_IsRefusedAndTheNextCallServed(string what, StatusCode code, string reason, Func<IEnumerable<InvertRequest>> messages)
    {
        var error = await InversionStage.ErrorOfAsync(async () =>
        {
            using var call = stage.Client.Invert();
            await InversionStage.SendAsync(call, messages());
        });

        Assert.True((code, reason) == (error.Code, error.Reason), $"{what}: {error.Code} {error.Reason} {error.Message}");
        Assert.False((await stage.Client.GetCapabilitiesAsync(new())).Busy);
    }

    [Fact]
    public async Task Noise_ThatIsNotFinite_FailsWithStepAndLayer()
    {
        var noise = TinyClip.Noise();
        noise[5] = float.NaN;

        var error = await InversionStage.ErrorOfAsync(() => InversionStage.InvertAsync(
            stage.Client, InversionStage.Header(), TinyClip.PictureChunks().Concat(TinyClip.LatentChunks("posterior_noise", noise)).Select(InversionStage.Message)));

        Assert.Equal((StatusCode.Internal, ErrorReasons.NonFiniteLatents), (error.Code, error.Reason));
        Assert.Equal("inversion", error.Metadata["stage"]);
        Assert.True(error.Metadata.ContainsKey("step") && error.Metadata.ContainsKey("layer"));
        Assert.NotEqual(0, await stage.Server.MetricAsync("videograin_nonfinite_latents_total"));
        Assert.Single(stage.Server.TakeErrors());
    }

    private static void Fill(TensorChunk chunk, byte[] data)
    {
        chunk.Data = ByteString.CopyFrom(data);
        chunk.Crc32C = Crc32C.Compute(data);
    }
}
