using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.StageSupport;

namespace VideoGrain.Denoiser.Tests;

/// <summary>What bad input gets: the right status, the field's path, the limit; and the service keeps serving.</summary>
public class BadInputTests(DenoiserStage stage)
{
    private static readonly string LongText = string.Join(' ', Enumerable.Repeat("man", 90));

    public static TheoryData<string, string, string, Action<DenoiseHeader>> BadHeaders() => new()
    {
        { "header.geometry", ErrorReasons.FieldRequired, "required", header => header.Geometry = null },
        { "header.geometry.width", ErrorReasons.FrameSizeInvalid, "multiple of 8", header => header.Geometry.Width = 63 },
        { "header.target_prompt", ErrorReasons.FieldRequired, "empty", header => header.TargetPrompt = "" },
        { "header.target_prompt", ErrorReasons.TokensExceedLimit, "77", header => header.TargetPrompt += LongText },
        { "header.source_prompt", ErrorReasons.TokensExceedLimit, "77", header => header.SourcePrompt = LongText },
        { "header.negative_prompt", ErrorReasons.TokensExceedLimit, "77", header => header.NegativePrompt = LongText },
        { "header.regions[1].phrase", ErrorReasons.RegionPromptNotFound, "polar bear", header => header.Regions[1].Phrase = "polar bear" },
        { "header.regions[0].phrase", ErrorReasons.TokensExceedLimit, "77", header => header.Regions[0].Phrase = LongText },
        { "header.regions[0].id", ErrorReasons.FieldInvalid, "1 to 64 characters", header => header.Regions[0].Id = "" },
        { "header.regions[0].id", ErrorReasons.FieldInvalid, "a-z", header => header.Regions[0].Id = "../left" },
        { "header.regions[1].id", ErrorReasons.NameNotUnique, "twice", header => header.Regions[1].Id = "left" },
        { "header.regions", ErrorReasons.RegionLimitExceeded, "64", header => header.Regions.Add(Enumerable.Range(0, 70).Select(i => new LayoutRegion { Id = $"r{i}" })) },
        { "header.options.steps", ErrorReasons.OptionOutOfRange, "1 to 999", header => header.Options.Steps = 0 },
        { "header.options.guidance_scale", ErrorReasons.OptionOutOfRange, "0 to 50", header => header.Options.GuidanceScale = 51 },
        { "header.options.modulated_fraction", ErrorReasons.OptionOutOfRange, "0 to 1", header => header.Options.ModulatedFraction = -0.1 },
        { "header.options.lambda_self", ErrorReasons.OptionOutOfRange, "0 to 1", header => header.Options.LambdaSelf = 1.5 },
        { "header.options.lambda_cross", ErrorReasons.OptionOutOfRange, "0 to 1", header => header.Options.LambdaCross = double.PositiveInfinity },
        { "header.options.blending_percentage", ErrorReasons.OptionOutOfRange, "less than 1", header => header.Options.BlendingPercentage = 1 },
        { "header.options.inject_step", ErrorReasons.OptionOutOfRange, "use_pnp", header => header.Options.InjectStep = 1 },
        { "header.options.free_u.b1", ErrorReasons.OptionOutOfRange, "0 to 4", header => header.Options.FreeU = new FreeUOptions { Enabled = true, B1 = 5 } },
        { "header.options.attention_span", ErrorReasons.FieldInvalid, "unknown", header => header.Options.AttentionSpan = (AttentionSpan)99 },
        { "header.control.conditioning_scale", ErrorReasons.OptionOutOfRange, "0 to 4", header => header.Control = new ControlOptions { Type = ControlType.Canny, ConditioningScale = 9 } },
        { "header.options.inject_step", ErrorReasons.OptionOutOfRange, "only 3", header => (header.Options.UsePnp, header.Options.InjectStep) = (true, 4) },
        { "header.options.free_u.s2", ErrorReasons.OptionOutOfRange, "0 to 4", header => header.Options.FreeU = new FreeUOptions { Enabled = true, S2 = double.NaN } },
        {
            "header.heat_map_every", ErrorReasons.OptionOutOfRange, "regions", header =>
            {
                header.Regions.Clear();
                header.HeatMapEvery = 1;
            }
        },
        { "header.resume_steps_done", ErrorReasons.OptionOutOfRange, "0 to 3", header => header.ResumeStepsDone = 4 },
    };

    [Theory]
    [MemberData(nameof(BadHeaders), DisableDiscoveryEnumeration = true)]
    public async Task Header_OutOfBounds_IsRefusedByFieldAndLimit(string field, string reason, string limit, Action<DenoiseHeader> spoil)
    {
        var header = DenoiserStage.Header();
        spoil(header);

        var error = await DenoiserStage.ErrorOfAsync(() => DenoiserStage.DenoiseAsync(stage.Client, header));

        Assert.Equal(StatusCode.InvalidArgument, error.Code);
        var violation = Assert.Single(error.Violations, violation => violation.Field == field && violation.Reason == reason);
        Assert.Contains(limit, violation.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Header_WrongInSeveralWays_IsAnsweredWithAllAtOnce()
    {
        var header = DenoiserStage.Header();
        header.Model = "no-such-model";
        header.Options.Steps = 0;
        header.Options.LambdaCross = 2;
        header.Regions[1].Id = "left";

        var error = await DenoiserStage.ErrorOfAsync(() => DenoiserStage.DenoiseAsync(stage.Client, header));

        Assert.Equal((StatusCode.NotFound, ErrorReasons.ModelNotFound), (error.Code, error.Reason));
        string[] expected = ["header.model", "header.options.steps", "header.options.lambda_cross", "header.regions[1].id"];
        Assert.Empty(expected.Except(error.Violations.Select(violation => violation.Field)));
    }

    public static TheoryData<string, string, Func<IEnumerable<TensorChunk>>> BadTensors()
    {
        IEnumerable<TensorChunk> Except(string name, params IEnumerable<TensorChunk> instead) =>
            DenoiserStage.Chunks().Where(chunk => chunk.Name != name).Concat(instead);
        IEnumerable<TensorChunk> Masks(int regions, int frames, int side)
        {
            var values = new byte[regions * frames * side * side];
            Array.Fill(values, (byte)1);
            return TensorChunks.Split("masks", ElementType.Uint8, [regions, frames, side, side], values);
        }

        return new()
        {
            { "masks missing", ErrorReasons.TensorMissing, () => Except("masks") },
            { "masks of another size", ErrorReasons.MaskSizeMismatch, () => Except("masks", Masks(2, TinyClip.Frames, 16)) },
            { "masks for other frames", ErrorReasons.MaskSizeMismatch, () => Except("masks", Masks(2, 3, TinyClip.Cells)) },
            { "masks for other regions", ErrorReasons.MaskSizeMismatch, () => Except("masks", Masks(3, TinyClip.Frames, TinyClip.Cells)) },
            { "masks empty", ErrorReasons.RegionEmpty, () => Except("masks", TensorChunks.Split("masks", ElementType.Uint8, [2, TinyClip.Frames, 8, 8], new byte[2 * TinyClip.Frames * 64])) },
            { "masks fully covered by a later one", ErrorReasons.RegionEmpty, () => Except("masks", Masks(2, TinyClip.Frames, TinyClip.Cells)) },
            { "latents missing", ErrorReasons.TensorMissing, () => Except("latents") },
            { "latents of another size", "LATENT_MISMATCH", () => Except("latents", TensorChunks.Split("latents", [1, 8, 8, 4], new float[256])) },
            { "latents not finite", ErrorReasons.NonFiniteLatents, () => Except("latents", TinyClip.LatentChunks("latents", [.. Enumerable.Repeat(float.NaN, 512)])) },
            { "source mean missing", ErrorReasons.TensorMissing, () => Except("source_mean") },
        };
    }

    [Theory]
    [MemberData(nameof(BadTensors), DisableDiscoveryEnumeration = true)]
    public async Task Tensors_ThatDoNotFit_AreRefusedAndTheNextCallServed(string what, string reason, Func<IEnumerable<TensorChunk>> chunks)
    {
        var error = await DenoiserStage.ErrorOfAsync(() => DenoiserStage.DenoiseAsync(stage.Client, DenoiserStage.Header(), chunks()));

        Assert.True((StatusCode.InvalidArgument, reason) == (error.Code, error.Reason), $"{what}: {error.Code} {error.Reason} {error.Message}");
        Assert.NotEmpty(error.Violations);
        Assert.False((await stage.Client.GetCapabilitiesAsync(new())).Busy);
    }

    [Fact]
    public async Task FeatureInjection_WithoutTheTrajectory_IsRefused()
    {
        var header = DenoiserStage.Header();
        (header.Options.UsePnp, header.Options.InjectStep) = (true, 2);

        var error = await DenoiserStage.ErrorOfAsync(() => DenoiserStage.DenoiseAsync(stage.Client, header));

        Assert.Equal(ErrorReasons.TensorMissing, error.Reason);
        Assert.Contains("source_trajectory", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TinyClip.Frames, TinyClip.Side, TinyClip.Side)]
    [InlineData(TinyClip.Frames - 1, TinyClip.Side, TinyClip.Side + 8)]
    public async Task Flow_OfAnotherSizeOrCount_IsRefused(int transitions, int height, int width)
    {
        var header = DenoiserStage.Header();
        header.Options.FlattenDivisors = new FlattenDivisors { Divisors = { 1 } };

        var error = await DenoiserStage.ErrorOfAsync(() => DenoiserStage.DenoiseAsync(
            stage.Client, header, DenoiserStage.Chunks().Concat(TensorChunks.Split("flow", [transitions, height, width, 2], new float[transitions * height * width * 2]))));

        Assert.Equal((StatusCode.InvalidArgument, "FLOW_MISMATCH"), (error.Code, error.Reason));
    }

    [Theory]
    [InlineData(TinyClip.Frames + 1, TinyClip.Side)]
    [InlineData(TinyClip.Frames, TinyClip.Side / 2)]
    public async Task ControlMaps_OfAnotherSizeOrCount_AreRefused(int frames, int side)
    {
        var header = DenoiserStage.Header();
        header.Control = new ControlOptions { Type = ControlType.Default };

        var error = await DenoiserStage.ErrorOfAsync(() => DenoiserStage.DenoiseAsync(
            stage.Client, header, DenoiserStage.Chunks().Concat(TensorChunks.Split("control", ElementType.Uint8, [frames, side, side, 3], new byte[frames * side * side * 3]))));

        Assert.Equal((StatusCode.InvalidArgument, ErrorReasons.ControlMismatch), (error.Code, error.Reason));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Trajectory_OfAnotherNumberOfSteps_IsRefused(int entries)
    {
        var header = DenoiserStage.Header(steps: 4);
        (header.Options.UsePnp, header.Options.InjectStep) = (true, 4);

        var error = await DenoiserStage.ErrorOfAsync(() => DenoiserStage.DenoiseAsync(
            stage.Client, header, DenoiserStage.Chunks().Concat(DenoiserStage.TrajectoryChunks(entries - 1))));

        Assert.Equal((StatusCode.InvalidArgument, "LATENT_MISMATCH"), (error.Code, error.Reason));
    }

    [Fact]
    public async Task Checkpoint_ThatIsNotFinite_IsCorrupt()
    {
        var header = DenoiserStage.Header();
        header.ResumeStepsDone = 1;

        var error = await DenoiserStage.ErrorOfAsync(() => DenoiserStage.DenoiseAsync(
            stage.Client, header, DenoiserStage.Chunks().Concat(TinyClip.LatentChunks("checkpoint", [.. Enumerable.Repeat(float.NaN, 512)]))));

        Assert.Equal((StatusCode.DataLoss, ErrorReasons.CheckpointCorrupt), (error.Code, error.Reason));
    }
}
