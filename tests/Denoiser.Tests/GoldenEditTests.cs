using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.StageSupport;

namespace VideoGrain.Denoiser.Tests;

/// <summary>The service, over the wire, against the published implementation's numbers.</summary>
public class GoldenEditTests(DenoiserStage stage)
{
    private const int Frames = 3;
    private const int Side = 128;
    private const int Cells = 16;
    private const int Channels = 4;
    private const double Tolerance = 1e-4;

    [Fact]
    public async Task PublishedProfile_EditsAsPublishedStepByStep()
    {
        using var golden = new GoldenCase("j1_edit_two_region");
        var header = new DenoiseHeader
        {
            Geometry = new ClipGeometry { FrameCount = Frames, Height = Side, Width = Side },
            TargetPrompt = "Iron Man and Spiderman are jogging under cherry blossoms",
            NegativePrompt = "ugly, blurry, low res, unrealistic, unaesthetic",
            Regions = { new LayoutRegion { Id = "a", Phrase = "Iron Man" }, new LayoutRegion { Id = "b", Phrase = "Spiderman" } },
            // The case keeps nothing of the source: its blending mask is all ones.
            Options = new EditOptions { Profile = Profile.Published, BlendBackground = false },
            Control = new ControlOptions { Type = ControlType.Default },
            CheckpointEvery = 1,
        };
        long[] latents = [Frames, Cells, Cells, Channels];
        var control = GoldenCase.ChannelsLast<byte>(golden.Bytes("control_u8"), Frames, 3, Side * Side);
        IEnumerable<TensorChunk> chunks =
        [
            .. TensorChunks.Split("latents", latents, golden.ClipAt("inverted", 0, Channels, Frames, Cells * Cells)),
            .. TensorChunks.Split("source_mean", latents, new float[Frames * Cells * Cells * Channels]),
            .. TensorChunks.Split("masks", ElementType.Uint8, [2, Frames, Cells, Cells], Masks(golden)),
            .. TensorChunks.Split("control", ElementType.Uint8, [Frames, Side, Side, 3], control),
        ];

        var outcome = await DenoiserStage.DenoiseAsync(stage.Client, header, chunks);

        Assert.Equal(50, outcome.Checkpoints.Names.Count());
        for (var step = 0; step < 50; step++)
        {
            var expected = golden.ClipAt("latents", step, Channels, Frames, Cells * Cells);
            Assert.InRange(GoldenCase.RelativeError(outcome.Checkpoints.Floats($"{step}"), expected), 0, Tolerance);
        }

        var pairs = outcome.Tensors.Bytes("frames").Zip(golden.Bytes("frames_out"));
        Assert.True(pairs.Max(pair => Math.Abs(pair.First - pair.Second)) <= 1);
    }

    /// <summary>[frames, regions, rows, columns] of 0 and 1 as [regions, frames, rows, columns].</summary>
    private static byte[] Masks(GoldenCase golden)
    {
        const int cells = Cells * Cells;
        var layouts = golden.Floats("layouts");
        var result = new byte[layouts.Length];
        for (var i = 0; i < result.Length; i++)
        {
            var (region, frame, cell) = (i / (Frames * cells), i / cells % Frames, i % cells);
            result[i] = (byte)layouts[(frame * 2 + region) * cells + cell];
        }

        return result;
    }
}
