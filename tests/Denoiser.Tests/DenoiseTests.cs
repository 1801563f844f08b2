using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.StageSupport;

namespace VideoGrain.Denoiser.Tests;

public class DenoiseTests(DenoiserStage stage)
{
    [Fact]
    public async Task Denoise_OfInvertedLatents_GivesFramesProgressAndSummary()
    {
        var outcome = await DenoiserStage.DenoiseAsync(stage.Client, DenoiserStage.Header(steps: 4));

        Assert.Equal(4, outcome.Accepted!.Timesteps.Count);
        Assert.Equal([1u, 2u, 3u, 4u], outcome.Progress.Select(progress => progress.StepsDone));
        Assert.All(outcome.Progress, progress => Assert.Equal(Stage.Denoising, progress.Stage));
        Assert.Equal(["frames", "latents"], outcome.Tensors.Names);
        Assert.Equal(TinyClip.Frames * TinyClip.Side * TinyClip.Side * 3, outcome.Tensors.Bytes("frames").Length);
        Assert.True(outcome.Tensors.Bytes("frames").Distinct().Count() > 1);
        Assert.Equal(4u, outcome.Summary!.StepsComputed);
    }

    [Fact]
    public async Task Accepted_TellsWherePhrasesStandAndEveryOption()
    {
        var accepted = (await DenoiserStage.DenoiseAsync(stage.Client, DenoiserStage.Header())).Accepted!;

        Assert.Equal(["left", "right"], accepted.Matches.Select(match => match.RegionId));
        Assert.Equal(1, accepted.Matches[0].FirstToken);
        Assert.True(accepted.Matches[1].FirstToken > accepted.Matches[0].FirstToken + accepted.Matches[0].TokenCount);
        Assert.Equal((Profile.Corrected, 7ul, 3u, 7.5), (accepted.Options.Profile, accepted.Options.Seed, accepted.Options.Steps, accepted.Options.GuidanceScale));
    }

    [Fact]
    public async Task Masks_AtFrameSizeAndAtLatentSize_GiveTheSameEdit()
    {
        TensorChunk[] latents = [.. TinyClip.LatentChunks("latents", TinyClip.Noise()), .. TinyClip.LatentChunks("source_mean", TinyClip.Noise(2))];

        var small = await DenoiserStage.DenoiseAsync(stage.Client, DenoiserStage.Header(), [.. latents, .. TinyClip.MaskChunks(TinyClip.Cells)]);
        var large = await DenoiserStage.DenoiseAsync(stage.Client, DenoiserStage.Header(), [.. latents, .. TinyClip.MaskChunks(TinyClip.Side)]);

        Assert.Equal(small.Tensors.Bytes("frames"), large.Tensors.Bytes("frames"));
    }

    [Fact]
    public async Task Denoise_ResumedFromACheckpoint_GivesTheBitsOfAnUninterruptedRun()
    {
        var header = DenoiserStage.Header(steps: 6);
        header.CheckpointEvery = 2;
        var whole = await DenoiserStage.DenoiseAsync(stage.Client, header);
        Assert.Equal(["1", "3", "5"], whole.Checkpoints.Names);

        header.ResumeStepsDone = 4;
        var resumed = await DenoiserStage.DenoiseAsync(
            stage.Client, header, DenoiserStage.Chunks().Concat(TinyClip.LatentChunks("checkpoint", whole.Checkpoints.Floats("3"))));

        Assert.Equal(whole.Tensors.Bytes("frames"), resumed.Tensors.Bytes("frames"));
        Assert.Equal(whole.Tensors.Floats("latents"), resumed.Tensors.Floats("latents"));
        Assert.Equal(2u, resumed.Summary!.StepsComputed);
    }

    [Fact]
    public async Task Denoise_AskedForPreviews_SendsThemOnTheWay()
    {
        var header = DenoiserStage.Header(steps: 4);
        header.PreviewEvery = 2;

        var outcome = await DenoiserStage.DenoiseAsync(stage.Client, header);

        Assert.Equal(["1", "3"], outcome.Previews.Names);
        Assert.Equal(TinyClip.Side * TinyClip.Side * 3, outcome.Previews.Bytes("1").Length);
    }

    [Fact]
    public async Task Denoise_WithoutRegions_EditsTheWholeFrame()
    {
        var header = DenoiserStage.Header();
        header.Regions.Clear();

        var outcome = await DenoiserStage.DenoiseAsync(stage.Client, header, DenoiserStage.Chunks().Where(chunk => chunk.Name != "masks"));

        Assert.NotNull(outcome.Summary);
    }

    [Fact]
    public async Task Denoise_WithFeatureInjection_TakesTheSourcesTrajectory()
    {
        var header = DenoiserStage.Header(steps: 4);
        var plain = await DenoiserStage.DenoiseAsync(stage.Client, header);
        (header.Options.UsePnp, header.Options.InjectStep) = (true, 2);

        var injected = await DenoiserStage.DenoiseAsync(stage.Client, header, DenoiserStage.Chunks().Concat(DenoiserStage.TrajectoryChunks(4)));

        Assert.NotEqual(plain.Tensors.Floats("latents"), injected.Tensors.Floats("latents"));
    }

    [Fact]
    public async Task Denoise_InThePublishedProfile_RunsWithItsOptions()
    {
        var header = DenoiserStage.Header();
        header.Options.Profile = Profile.Published;

        var outcome = await DenoiserStage.DenoiseAsync(stage.Client, header);

        Assert.Equal(GuidanceBranches.Unconditional, outcome.Accepted!.Options.SelfBranches);
        Assert.Equal(15u, outcome.Accepted.Options.ModulatedSteps);
        Assert.NotNull(outcome.Summary);
    }

    [Fact]
    public async Task Denoise_WithOnlyTheLatentsThatInjectionNeeds_GivesTheBitsOfTheWholeTrajectory()
    {
        var header = DenoiserStage.Header(steps: 4);
        (header.Options.UsePnp, header.Options.InjectStep) = (true, 2);
        var whole = await DenoiserStage.DenoiseAsync(stage.Client, header, DenoiserStage.Chunks().Concat(DenoiserStage.TrajectoryChunks(4)));
        var needed = whole.Accepted!.InversionSteps;
        float[] values = [.. needed.SelectMany(step => TinyClip.Noise(10 + (int)step))];

        var few = await DenoiserStage.DenoiseAsync(
            stage.Client, header, DenoiserStage.Chunks().Concat(TensorChunks.Split("source_trajectory", [needed.Count, .. TinyClip.LatentShape], values)));

        Assert.True(needed.Count < 4);
        Assert.Equal(whole.Tensors.Floats("latents"), few.Tensors.Floats("latents"));
    }

    [Fact]
    public async Task Denoise_AskedForHeatMaps_SendsEachPhrasesAttentionAndChangesNothing()
    {
        var header = DenoiserStage.Header(steps: 4);
        var plain = await DenoiserStage.DenoiseAsync(stage.Client, header);
        header.HeatMapEvery = 2;

        var outcome = await DenoiserStage.DenoiseAsync(stage.Client, header);

        Assert.Equal(["1", "3"], outcome.HeatMaps.Names);
        var maps = outcome.HeatMaps.Floats("1");
        Assert.Equal(header.Regions.Count * TinyClip.Frames * TinyClip.Cells * TinyClip.Cells, maps.Length);
        Assert.All(maps.Chunk(maps.Length / 2), map => Assert.True(map.Distinct().Count() > 1));
        Assert.Equal(plain.Tensors.Floats("latents"), outcome.Tensors.Floats("latents"));
    }

    [Fact]
    public async Task Denoise_BeforeItsLatentsArrive_PreparesWhatDoesNotNeedThem()
    {
        var whole = await DenoiserStage.DenoiseAsync(stage.Client, DenoiserStage.Header());
        using var call = stage.Client.Denoise();
        await call.RequestStream.WriteAsync(new DenoiseRequest { Header = DenoiserStage.Header() });
        foreach (var chunk in TinyClip.MaskChunks()) await call.RequestStream.WriteAsync(DenoiserStage.Message(chunk));
        var outcome = new DenoiseOutcome();

        // The inversion still runs: no latents have been sent.
        await outcome.ReadUntilPreparedAsync(call).WaitAsync(StageServer.Patience);
        await call.RequestStream.WriteAsync(new DenoiseRequest { KeepAlive = new KeepAlive() });
        foreach (var chunk in DenoiserStage.Chunks().Where(chunk => chunk.Name != "masks")) await call.RequestStream.WriteAsync(DenoiserStage.Message(chunk));
        await call.RequestStream.CompleteAsync();
        await outcome.ReadToEndAsync(call).WaitAsync(StageServer.Patience);

        Assert.Equal(whole.Tensors.Bytes("frames"), outcome.Tensors.Bytes("frames"));
    }
}
