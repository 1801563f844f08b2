using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.StageSupport;

namespace VideoGrain.Inversion.Tests;

public class InvertTests(InversionStage stage)
{
    [Fact]
    public async Task Invert_OfAClip_GivesLatentsProgressAndSummary()
    {
        var outcome = await InversionStage.InvertAsync(stage.Client, InversionStage.Header(steps: 4));

        Assert.NotNull(outcome.Accepted);
        Assert.Equal("tiny-a", outcome.Accepted.Model.Name);
        Assert.Equal(64, outcome.Accepted.Model.Digest.Length);
        Assert.Equal(4, outcome.Accepted.Timesteps.Count);
        Assert.Equal(outcome.Accepted.Timesteps.Order(), outcome.Accepted.Timesteps);
        Assert.Equal([1u, 2u, 3u, 4u], outcome.Progress.Select(progress => progress.StepsDone));
        Assert.All(outcome.Progress, progress => Assert.Equal(Stage.Inverting, progress.Stage));
        Assert.Equal([3], outcome.LatentSteps);
        Assert.All(outcome.LastLatents, value => Assert.True(float.IsFinite(value)));
        Assert.Contains(outcome.LastLatents, value => value != 0);
        Assert.Equal(["source_latents", "source_mean"], outcome.Tensors.Names);
        Assert.Equal(4u, outcome.Summary!.StepsComputed);
    }

    [Fact]
    public async Task Invert_OfTheSameClipAndSeed_GivesTheSameBits()
    {
        var first = await InversionStage.InvertAsync(stage.Client, InversionStage.Header());
        var second = await InversionStage.InvertAsync(stage.Client, InversionStage.Header());
        var other = InversionStage.Header();
        other.Options.Seed = 8;
        var third = await InversionStage.InvertAsync(stage.Client, other);

        Assert.Equal(first.LastLatents, second.LastLatents);
        Assert.NotEqual(first.LastLatents, third.LastLatents);
    }

    [Fact]
    public async Task Invert_AskedForAllLatents_StreamsEveryStep()
    {
        var header = InversionStage.Header(steps: 5);
        header.Latents = LatentSelection.All;

        var outcome = await InversionStage.InvertAsync(stage.Client, header);

        Assert.Equal([0, 1, 2, 3, 4], outcome.LatentSteps);
    }

    [Fact]
    public async Task Invert_ResumedFromAStep_GivesTheBitsOfAnUninterruptedRun()
    {
        var header = InversionStage.Header(steps: 5);
        header.Latents = LatentSelection.All;
        var whole = await InversionStage.InvertAsync(stage.Client, header);

        header.ResumeStepsDone = 2;
        var resumed = await InversionStage.InvertAsync(
            stage.Client, header,
            TinyClip.PictureChunks().Concat(TinyClip.LatentChunks("checkpoint", whole.Latents.Floats("1"))).Select(InversionStage.Message));

        Assert.Equal(whole.LastLatents, resumed.LastLatents);
        Assert.Equal(3u, resumed.Summary!.StepsComputed);
        Assert.Equal(whole.Tensors.Floats("source_mean"), resumed.Tensors.Floats("source_mean"));
    }

    [Fact]
    public async Task Invert_ResumedAfterItsLastStep_StillGivesTheLatents()
    {
        var header = InversionStage.Header(steps: 3);
        header.ResumeStepsDone = 3;

        var outcome = await InversionStage.InvertAsync(
            stage.Client, header,
            TinyClip.PictureChunks().Concat(TinyClip.LatentChunks("checkpoint", TinyClip.Noise())).Select(InversionStage.Message));

        Assert.Equal(TinyClip.Noise(), outcome.LastLatents);
    }

    [Fact]
    public async Task Invert_AskedForAttention_ReturnsBothMaps()
    {
        var header = InversionStage.Header();
        header.ReturnAttention = true;

        var outcome = await InversionStage.InvertAsync(stage.Client, header);

        Assert.Contains("self_attention", outcome.Tensors.Names);
        Assert.Contains("cross_attention", outcome.Tensors.Names);
        Assert.All(outcome.Tensors.Floats("self_attention"), value => Assert.InRange(value, 0, 1));
    }

    [Fact]
    public async Task Accepted_TellsWhereNounsStandAndHowLargeAttentionIs()
    {
        var header = InversionStage.Header();
        header.Geometry.Width = 72;
        header.Nouns.Add(["red hoodie", "man"]);

        using var call = stage.Client.Invert();
        await call.RequestStream.WriteAsync(new InvertRequest { Header = header });
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(StageServer.Patience));
        var accepted = call.ResponseStream.Current.Accepted;

        Assert.Equal(["red hoodie", "man"], accepted.Nouns.Select(noun => noun.Noun));
        Assert.True(accepted.Nouns[0].FirstToken > accepted.Nouns[1].FirstToken);
        Assert.True(accepted.Nouns[0].TokenCount > accepted.Nouns[1].TokenCount);
        Assert.Equal((8u, 9u, 8u), (accepted.Attention.Rows, accepted.Attention.Columns, accepted.Attention.PixelsPerToken));

        // Without its clip the call fails; the stage is free for the next test when it has.
        await call.RequestStream.CompleteAsync();
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(StageServer.Patience));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    public async Task Invert_ResumedWithAttention_GivesTheBitsOfAnUninterruptedRun(int stepsDone)
    {
        var header = InversionStage.Header(steps: 6);
        (header.ReturnAttention, header.AttentionSteps, header.Latents) = (true, 3, LatentSelection.All);
        var whole = await InversionStage.InvertAsync(stage.Client, header);

        header.ResumeStepsDone = (uint)stepsDone;
        float[] trajectory = [.. whole.Latents.Names.Take(stepsDone).SelectMany(whole.Latents.Floats)];
        var resumed = await InversionStage.InvertAsync(
            stage.Client, header,
            TinyClip.PictureChunks().Concat(TensorChunks.Split("source_trajectory", [stepsDone, .. TinyClip.LatentShape], trajectory)).Select(InversionStage.Message));

        Assert.Equal(whole.LastLatents, resumed.LastLatents);
        Assert.Equal(whole.Tensors.Floats("self_attention"), resumed.Tensors.Floats("self_attention"));
        Assert.Equal(whole.Tensors.Floats("cross_attention"), resumed.Tensors.Floats("cross_attention"));
    }

    [Fact]
    public async Task Invert_WithControl_TakesTheModelsOnlyControlNet()
    {
        var header = InversionStage.Header();
        var plain = await InversionStage.InvertAsync(stage.Client, header);
        header.Control = new ControlOptions { Type = ControlType.Canny };

        var controlled = await InversionStage.InvertAsync(
            stage.Client, header, TinyClip.PictureChunks().Concat(TinyClip.PictureChunks("control")).Select(InversionStage.Message));

        Assert.NotEqual(plain.LastLatents, controlled.LastLatents);
    }

    [Fact]
    public async Task Invert_WithGivenPosteriorNoise_UsesItInsteadOfTheSeed()
    {
        var header = InversionStage.Header();
        var messages = TinyClip.PictureChunks().Concat(TinyClip.LatentChunks("posterior_noise", TinyClip.Noise())).Select(InversionStage.Message).ToList();
        var first = await InversionStage.InvertAsync(stage.Client, header, messages);
        header.Options.Seed = 99;
        var second = await InversionStage.InvertAsync(stage.Client, header, messages);

        Assert.Equal(first.LastLatents, second.LastLatents);
    }
}
