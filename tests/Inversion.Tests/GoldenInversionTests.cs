using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.StageSupport;

namespace VideoGrain.Inversion.Tests;

/// <summary>The service, over the wire, against the published implementation's numbers.</summary>
public class GoldenInversionTests(InversionStage stage)
{
    private const int Frames = 3;
    private const int Side = 128;
    private const int Cells = 16;
    private const int Channels = 4;
    private const double Tolerance = 1e-4;

    [Fact]
    public async Task PublishedProfile_FollowsThePublishedTrajectoryStepByStep()
    {
        using var golden = new GoldenCase("i_inversion");
        var header = new InvertHeader
        {
            Geometry = new ClipGeometry { FrameCount = Frames, Height = Side, Width = Side },
            SourcePrompt = "Man in red hoodie and man in gray shirt are jogging in forest",
            Options = new EditOptions { Profile = Profile.Published },
            Control = new ControlOptions { Type = ControlType.Default },
            Latents = LatentSelection.All,
        };
        long[] pictures = [Frames, Side, Side, 3];
        var control = GoldenCase.ChannelsLast<byte>(golden.Bytes("control_u8"), Frames, 3, Side * Side);
        var noise = GoldenCase.ChannelsLast<float>(golden.Floats("vae_noise"), Frames, Channels, Cells * Cells);
        IEnumerable<TensorChunk> chunks =
        [
            .. TensorChunks.Split("frames", ElementType.Uint8, pictures, golden.Bytes("frames_u8")),
            .. TensorChunks.Split("control", ElementType.Uint8, pictures, control),
            .. TensorChunks.Split("posterior_noise", [Frames, Cells, Cells, Channels], noise),
        ];

        var outcome = await InversionStage.InvertAsync(stage.Client, header, chunks.Select(InversionStage.Message));

        Assert.Equal(49, outcome.LatentSteps.Count);
        Assert.InRange(GoldenCase.RelativeError(outcome.Tensors.Floats("source_latents"), Expected(0)), 0, Tolerance);
        foreach (var step in outcome.LatentSteps)
            Assert.InRange(GoldenCase.RelativeError(outcome.Latents.Floats($"{step}"), Expected(step + 1)), 0, Tolerance);

        float[] Expected(int entry) => golden.ClipAt("trajectory", entry, Channels, Frames, Cells * Cells);
    }
}
